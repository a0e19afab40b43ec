using MailApi.Core.Data;
using MailApi.Http;

namespace MailApi.Events;

/// <summary>A project's events, oldest first, so that a reader can follow them by cursor.</summary>
internal static class ListEvents
{
    public static async Task<IResult> HandleAsync(
        HttpContext context, ApiCaller caller, MailDb db, CancellationToken cancellationToken)
    {
        if (!EventFilter.TryRead(context.Request, out var filter, out var problem)
            || !PageQuery.TryRead(context.Request, ascendingByDefault: true, out var page, out problem))
        {
            return problem!;
        }

        var events = await filter.ApplyAsync(db, caller.ProjectId, cancellationToken);
        return await EventPages.AnswerAsync(db, events, page, context.Response, cancellationToken);
    }
}
