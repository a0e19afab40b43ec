using MailApi.Core.Data;
using MailApi.Core.Data.Events;
using MailApi.Core.Domain;
using MailApi.Core.Notifications.Sending;
using MailApi.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace MailApi.Webhooks;

/// <summary>Makes an endpoint and shows its secret once.</summary>
internal static class CreateWebhook
{
    public static async Task<Results<Created<WebhookResponse>, ProblemHttpResult>> HandleAsync(
        CreateWebhookRequest request, ApiCaller caller, MailDb db, IOptions<WebhookOptions> options, TimeProvider time,
        CancellationToken cancellationToken)
    {
        var most = options.Value.MaxEndpointsPerProject;
        if (await db.Webhooks.CountAsync(w => w.ProjectId == caller.ProjectId, cancellationToken) >= most)
        {
            return Problems.Conflict("too_many_webhooks", $"A project has at most {most} endpoints; delete one first.");
        }

        var now = time.GetUtcNow();
        var secret = WebhookSecret.New();
        var webhook = new Webhook
        {
            Id = Id<Webhook>.New(now),
            ProjectId = caller.ProjectId,
            Url = request.Url,
            Events = request.Events,
            Tags = request.Tags ?? [],
            Description = request.Description,
            Headers = request.Headers ?? new Dictionary<string, string>(),
            Secret = secret.Key,
            Enabled = request.Enabled,
            DisabledReason = request.Enabled ? null : WebhookQueries.ManuallyDisabled,
            DisabledAt = request.Enabled ? null : now,
            CreatedAt = now,
        };
        db.Webhooks.Add(webhook);
        await db.SaveEndpointsAsync(cancellationToken);
        return TypedResults.Created($"/v1/webhooks/{webhook.Id}", WebhookResponse.Of(webhook, pending: 0, secret));
    }
}
