using System.Text.Json.Serialization;
using MailApi.Core.Data;
using MailApi.Core.Domain;
using MailApi.Core.Notifications.Sending;
using Microsoft.EntityFrameworkCore;

namespace MailApi.Webhooks;

/// <summary>An endpoint.</summary>
/// <param name="Id">The endpoint.</param>
/// <param name="Url">Where events are posted; a password in it is not shown.</param>
/// <param name="Events">What it listens to.</param>
/// <param name="Tags">Only events of messages with one of these tags; empty means any.</param>
/// <param name="Description">For people.</param>
/// <param name="Headers">The names of the headers sent with every request; their values are not shown.</param>
/// <param name="Enabled">True when it is told.</param>
/// <param name="Status"><c>enabled</c> or <c>disabled</c>.</param>
/// <param name="DisabledReason"><c>gone</c> (it answered 410), <c>failing</c> (nothing but failures for days), <c>manual</c>.</param>
/// <param name="DisabledAt">Since when.</param>
/// <param name="Secret">What requests are signed with; only in the answer that makes it.</param>
/// <param name="PreviousSecretUntil">Until then requests carry a signature by the secret before the last rotation, too.</param>
/// <param name="Counters">How it has been doing.</param>
/// <param name="CreatedAt">When it was made.</param>
public sealed record WebhookResponse(
    Id<Webhook> Id,
    string Url,
    IReadOnlyList<string> Events,
    IReadOnlyList<string> Tags,
    string? Description,
    IReadOnlyDictionary<string, string> Headers,
    bool Enabled,
    string Status,
    string? DisabledReason,
    DateTimeOffset? DisabledAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Secret,
    DateTimeOffset? PreviousSecretUntil,
    WebhookCounters Counters,
    DateTimeOffset CreatedAt)
{
    private const string Hidden = "***";

    internal static WebhookResponse Of(Webhook webhook, int pending, WebhookSecret? secret = null) => new(
        webhook.Id, WebhookUrl.Redact(webhook.Url), webhook.Events, webhook.Tags, webhook.Description,
        webhook.Headers.ToDictionary(h => h.Key, _ => Hidden), webhook.Enabled, webhook.Enabled ? "enabled" : "disabled",
        webhook.DisabledReason, webhook.DisabledAt, secret?.Text, webhook.PreviousValidUntil,
        new WebhookCounters(
            pending, webhook.Succeeded, webhook.Failed, webhook.LastSuccessAt, webhook.LastFailureAt, webhook.FailingSince,
            webhook.LastError),
        webhook.CreatedAt);

    /// <summary>With the number of deliveries that are waiting.</summary>
    internal static async Task<List<WebhookResponse>> WithPendingAsync(
        MailDb db, IReadOnlyList<Webhook> webhooks, CancellationToken cancellationToken)
    {
        var ids = webhooks.Select(w => w.Id).ToList();
        var pending = await db.WebhookDeliveries
            .Where(d => ids.Contains(d.WebhookId) && d.Status == WebhookDeliveryStatus.Pending)
            .GroupBy(d => d.WebhookId).Select(g => new { g.Key, Count = g.Count() })
            .ToDictionaryAsync(g => g.Key, g => g.Count, cancellationToken);
        return [.. webhooks.Select(w => Of(w, pending.GetValueOrDefault(w.Id)))];
    }
}

/// <summary>How an endpoint has been doing; written about once a second.</summary>
/// <param name="Pending">Deliveries that wait for their first or next request.</param>
/// <param name="Succeeded">Requests answered 2xx.</param>
/// <param name="Failed">Requests that were not.</param>
/// <param name="LastSuccessAt">The latest request answered 2xx.</param>
/// <param name="LastFailureAt">The latest that was not.</param>
/// <param name="FailingSince">The first failure since the last success.</param>
/// <param name="LastError">What the latest failure was.</param>
public sealed record WebhookCounters(
    int Pending, long Succeeded, long Failed, DateTimeOffset? LastSuccessAt, DateTimeOffset? LastFailureAt,
    DateTimeOffset? FailingSince, string? LastError);
