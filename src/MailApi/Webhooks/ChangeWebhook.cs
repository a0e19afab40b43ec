using MailApi.Core.Data;
using MailApi.Core.Data.Events;
using MailApi.Core.Domain;
using MailApi.Core.Notifications.Sending;
using MailApi.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace MailApi.Webhooks;

/// <summary>Changes an endpoint, or enables and disables it.</summary>
internal static class UpdateWebhook
{
    public static async Task<Results<Ok<WebhookResponse>, ProblemHttpResult>> HandleAsync(
        Id<Webhook> id, UpdateWebhookRequest request, ApiCaller caller, MailDb db, TimeProvider time,
        CancellationToken cancellationToken)
    {
        if (await db.FindWebhookAsync(caller, id, cancellationToken) is not { } webhook)
        {
            return WebhookQueries.NotFound();
        }

        webhook.Url = request.Url ?? webhook.Url;
        webhook.Events = request.Events ?? webhook.Events;
        webhook.Tags = request.Tags ?? webhook.Tags;
        webhook.Description = request.Description ?? webhook.Description;
        webhook.Headers = request.Headers ?? webhook.Headers;
        if (request.Enabled is { } enabled && enabled != webhook.Enabled)
        {
            // A fresh start: the failures that led here do not count against it again.
            webhook.FailingSince = null;
            webhook.Enabled = enabled;
            (webhook.DisabledReason, webhook.DisabledAt) =
                enabled ? (null, null) : (WebhookQueries.ManuallyDisabled, (DateTimeOffset?)time.GetUtcNow());
        }

        await db.SaveEndpointsAsync(cancellationToken);
        return TypedResults.Ok((await WebhookResponse.WithPendingAsync(db, [webhook], cancellationToken))[0]);
    }
}

/// <summary>Gives an endpoint a new secret, shown once; for a day requests are signed with both.</summary>
internal static class RotateWebhookSecret
{
    private static readonly TimeSpan Overlap = TimeSpan.FromHours(24);

    public static async Task<Results<Ok<WebhookResponse>, ProblemHttpResult>> HandleAsync(
        Id<Webhook> id, ApiCaller caller, MailDb db, TimeProvider time, CancellationToken cancellationToken)
    {
        if (await db.FindWebhookAsync(caller, id, cancellationToken) is not { } webhook)
        {
            return WebhookQueries.NotFound();
        }

        var secret = WebhookSecret.New();
        (webhook.PreviousSecret, webhook.PreviousValidUntil) = (webhook.Secret, time.GetUtcNow() + Overlap);
        webhook.Secret = secret.Key;
        await db.SaveEndpointsAsync(cancellationToken);
        var shown = (await WebhookResponse.WithPendingAsync(db, [webhook], cancellationToken))[0];
        return TypedResults.Ok(shown with { Secret = secret.Text });
    }
}

/// <summary>Deletes an endpoint with its log. What is in flight ends unrecorded.</summary>
internal static class DeleteWebhook
{
    private const int BatchSize = 1_000;

    public static async Task<Results<NoContent, ProblemHttpResult>> HandleAsync(
        Id<Webhook> id, ApiCaller caller, MailDb db, CancellationToken cancellationToken)
    {
        if (await db.FindWebhookAsync(caller, id, cancellationToken) is not { } webhook)
        {
            return WebhookQueries.NotFound();
        }

        db.Webhooks.Remove(webhook);
        await db.SaveEndpointsAsync(cancellationToken);
        await db.WebhookReplays.Where(r => r.WebhookId == id).ExecuteDeleteAsync(cancellationToken);

        // In batches, so that a long log keeps nobody from writing; what is left after a crash is purged by age.
        while (await db.WebhookDeliveries.Where(d => d.WebhookId == id).OrderBy(d => d.Id).Take(BatchSize)
            .ExecuteDeleteAsync(cancellationToken) == BatchSize)
        {
            // The rest follows.
        }

        return TypedResults.NoContent();
    }
}
