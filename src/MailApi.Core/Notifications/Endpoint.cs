using MailApi.Core.Domain;

namespace MailApi.Core.Notifications;

/// <summary>Where requests go, and what they carry.</summary>
internal sealed record Endpoint(
    Id<Webhook> Id, Id<Project> ProjectId, Uri Url, IReadOnlyDictionary<string, string> Headers, IReadOnlyList<byte[]> Keys)
{
    public static Endpoint Of(Webhook webhook, DateTimeOffset now) => new(
        webhook.Id, webhook.ProjectId, new Uri(webhook.Url), webhook.Headers,
        webhook.PreviousSecret is { } previous && webhook.PreviousValidUntil > now
            ? [webhook.Secret, previous]
            : [webhook.Secret]);
}

/// <summary>A delivery this node holds the lease of.</summary>
/// <param name="Endpoint">Where it goes; null when the endpoint has been deleted or disabled since.</param>
/// <param name="Row">As it was leased.</param>
/// <param name="Body">The event as it is told; null when it has been removed by age.</param>
internal sealed record LeasedNotification(Endpoint? Endpoint, WebhookDelivery Row, byte[]? Body);

/// <summary>How the edge words an event: webhooks and the API say the same.</summary>
/// <param name="e">What happened.</param>
/// <param name="details">The part that differs from event to event.</param>
/// <param name="tags">The message's; null when it belongs to none.</param>
/// <param name="metadata">The message's; null when it belongs to none.</param>
public delegate byte[] EventWording(
    Event e, EventDetails details, IReadOnlyList<string>? tags, IReadOnlyDictionary<string, string>? metadata);
