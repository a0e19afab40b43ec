using MailApi.Core.Data.Writing;
using MailApi.Core.Domain;

namespace MailApi.Core.Data.Events;

/// <summary>An event on its way to one endpoint, with all that a request needs: nothing has to be read back.</summary>
/// <param name="Row">The delivery, leased by this node.</param>
/// <param name="News">What happened.</param>
/// <param name="Place">Tells the event's sequence, once the transaction has run, when it was not known before.</param>
public sealed record ToldEvent(WebhookDelivery Row, NewEvent News, Ticket? Place)
{
    public Event Event => new()
    {
        Id = Row.EventId,
        ProjectId = News.ProjectId,
        Type = News.Type,
        Timestamp = News.Timestamp,
        MessageId = News.MessageId,
        Sequence = News.Sequence ?? (Place is { Rows: [var sequence] } ? Convert.ToInt32(sequence, null) : null),
        Recipient = News.Recipient,
        RecipientKey = News.RecipientKey,
        Attempt = News.Attempt,
    };
}
