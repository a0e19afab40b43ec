using MailApi.Core.Data;
using MailApi.Core.Domain;
using MailApi.Http;

namespace MailApi.Events;

/// <summary>A project's events, oldest first, so that a reader can follow them by cursor.</summary>
internal static class ListEvents
{
    public static async Task<IResult> HandleAsync(
        HttpContext context, ApiCaller caller, MailDb db, CancellationToken cancellationToken)
    {
        var query = new QueryReader(context.Request);
        var type = query.OneOf("type", EventTypes.All);
        var message = query.Id<Message>("message_id");
        var recipient = query.Address("recipient")?.Key;
        var since = query.Time("since");
        if (query.Problem is { } problem
            || !PageQuery.TryRead(context.Request, ascendingByDefault: true, out var page, out problem))
        {
            return problem!;
        }

        var events = db.Events.Where(e => e.ProjectId == caller.ProjectId);
        events = type is null ? events : events.Where(e => e.Type == type);
        events = message is null ? events : events.Where(e => e.MessageId == message);
        events = recipient is null ? events : events.Where(e => e.RecipientKey == recipient);
        events = since is null ? events : events.Where(e => e.Timestamp >= since);
        return await EventPages.AnswerAsync(db, events, page, context.Response, cancellationToken);
    }
}
