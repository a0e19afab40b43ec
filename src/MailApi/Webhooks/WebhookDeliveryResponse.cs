using MailApi.Core.Domain;

namespace MailApi.Webhooks;

/// <summary>One event told, or to be told, to one endpoint.</summary>
/// <param name="Id">The delivery.</param>
/// <param name="WebhookId">The endpoint.</param>
/// <param name="EventId">The event: <c>webhook-id</c> of every request.</param>
/// <param name="EventType">Its type.</param>
/// <param name="Status">pending, succeeded or failed.</param>
/// <param name="NextAttemptAt">When it is told again; null when it will not be.</param>
/// <param name="ReplayId">The replay that asked for it.</param>
/// <param name="Attempts">The requests made, oldest first.</param>
/// <param name="CreatedAt">When it was put in line.</param>
public sealed record WebhookDeliveryResponse(
    Id<WebhookDelivery> Id,
    Id<Webhook> WebhookId,
    Id<Event> EventId,
    string EventType,
    string Status,
    DateTimeOffset? NextAttemptAt,
    Id<WebhookReplay>? ReplayId,
    IReadOnlyList<WebhookAttemptResponse> Attempts,
    DateTimeOffset CreatedAt)
{
    internal static WebhookDeliveryResponse Of(WebhookDelivery delivery) => new(
        delivery.Id, delivery.WebhookId, delivery.EventId, delivery.EventType, Names.Of(delivery.Status),
        delivery.Status == WebhookDeliveryStatus.Pending ? delivery.DueAt : null, delivery.ReplayId,
        [
            .. delivery.Attempts.Select(a => new WebhookAttemptResponse(
                a.At, a.RequestId, a.StatusCode, a.DurationMs, a.Response, a.Error)),
        ],
        delivery.CreatedAt);

    /// <summary>Where what becomes of it is shown.</summary>
    internal static string Place(WebhookDelivery delivery) =>
        $"/v1/webhooks/{delivery.WebhookId}/deliveries?event_id={delivery.EventId}";
}

/// <summary>One request.</summary>
/// <param name="At">When it began.</param>
/// <param name="RequestId">Its <c>X-Request-Id</c>.</param>
/// <param name="StatusCode">Null when no answer came.</param>
/// <param name="DurationMs">Milliseconds until it was decided.</param>
/// <param name="Response">The start of the answer's body.</param>
/// <param name="Error">Why it failed; null when it did not.</param>
public sealed record WebhookAttemptResponse(
    DateTimeOffset At, string RequestId, int? StatusCode, int DurationMs, string? Response, string? Error);
