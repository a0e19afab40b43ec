using MailApi.Core.Data;
using MailApi.Core.Domain;
using MailApi.Http;

namespace MailApi.Events;

/// <summary>The timeline of one message, oldest first.</summary>
internal static class ListMessageEvents
{
    public static async Task<IResult> HandleAsync(
        Id<Message> id, HttpContext context, ApiCaller caller, MailDb db, CancellationToken cancellationToken)
    {
        if (!PageQuery.TryRead(context.Request, ascendingByDefault: true, out var page, out var problem))
        {
            return problem!;
        }

        if (!await db.HasMessageAsync(caller.ProjectId, id, cancellationToken))
        {
            return Problems.NotFound("message");
        }

        return await EventPages.AnswerAsync(
            db, db.Events.Where(e => e.MessageId == id), page, context.Response, cancellationToken);
    }
}
