using System.Diagnostics;
using MailApi.Core.Data.Events;
using MailApi.Core.Data.Writing;
using MailApi.Core.Delivery;
using MailApi.Core.Domain;
using MailApi.Core.Notifications.Sending;
using MailApi.Core.Telemetry;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MailApi.Core.Notifications;

/// <summary>One request from the lease to the line for commits: sign, send, judge, record.</summary>
public sealed partial class NotifyEndpoint(
    WebhookClient client,
    GroupCommit commits,
    EndpointHealth health,
    EndpointWakes wakes,
    NodeIdentity node,
    IOptions<WebhookOptions> options,
    Random random,
    TimeProvider time,
    ILogger<NotifyEndpoint> logger)
{
    private const int StatusGone = 410;

    private readonly NotificationSchedule _schedule = new(options.Value.RetrySchedule, options.Value.GiveUpAfter);

    /// <summary>
    /// Tells an endpoint, and puts the result in line. False when nothing was sent: the endpoint is not to be told any
    /// more, or the lease may be lost.
    /// </summary>
    internal async Task<bool> RunAsync(LeasedNotification item, EndpointPause pause, CancellationToken abort)
    {
        var now = time.GetUtcNow();
        if (item.Endpoint is not { } endpoint || !node.Holds(item.Row.LeasedAt ?? now, now)
            || now - item.Row.LeasedAt >= NotificationLeases.BeginWithin)
        {
            return false;
        }

        using var span = MailTraces.StartRoot("webhook", ActivityKind.Client)?
            .SetTag("mailapi.webhook_id", $"{endpoint.Id}").SetTag("mailapi.attempt", item.Row.Attempt);
        var requestId = UuidV7.Create(now).ToString("n");
        var answer = item.Body is { } body ? await PostAsync(endpoint, item, body, requestId, abort) : Removed;
        var attempt = new WebhookAttempt(
            now, requestId, answer.StatusCode, (int)answer.Duration.TotalMilliseconds, answer.Response, answer.Error);
        if (item.Body is not null)
        {
            Measure(answer, span);
            Judge(endpoint, pause, answer, attempt);
        }

        await RecordAsync(endpoint, item, answer, attempt);
        return true;
    }

    private static void Measure(WebhookAnswer answer, Activity? span)
    {
        MailMeter.WebhookAnswered(answer.StatusCode, answer.Duration);
        span?.SetTag("http.response.status_code", answer.StatusCode);
    }

    private static WebhookAnswer Removed { get; } =
        new(null, TimeSpan.Zero, null, "The event has been removed by age; there is nothing left to tell.", null);

    private Task<WebhookAnswer> PostAsync(
        Endpoint endpoint, LeasedNotification item, byte[] body, string requestId, CancellationToken abort) => client.PostAsync(
            new WebhookRequest(
                endpoint.Url, endpoint.Headers, endpoint.Keys, item.Row.EventId.ToString(), time.GetUtcNow(), body, requestId),
            abort);

    private void Judge(Endpoint endpoint, EndpointPause pause, WebhookAnswer answer, WebhookAttempt attempt)
    {
        health.Note(endpoint, attempt);
        if (answer.Succeeded)
        {
            pause.Succeeded();
        }
        else
        {
            pause.Failed(answer.RetryAfter);
        }

        Log.Told(logger, endpoint.Id, answer.StatusCode, answer.Succeeded);
    }

    private async Task RecordAsync(Endpoint endpoint, LeasedNotification item, WebhookAnswer answer, WebhookAttempt attempt)
    {
        var now = time.GetUtcNow();
        var gone = answer.StatusCode == StatusGone;
        var next = gone || item.Body is null ? null : _schedule.NextAfter(item.Row, answer.RetryAfter, now, random.NextDouble());
        var status = answer.Succeeded ? WebhookDeliveryStatus.Succeeded
            : next is null ? WebhookDeliveryStatus.Failed : WebhookDeliveryStatus.Pending;

        // The endpoint has been told: the result is recorded whatever happens to the node.
        await commits.SubmitAsync(
            new RecordNotification(item.Row, attempt, status, next ?? now, node, wakes), CancellationToken.None);
        if (gone)
        {
            await health.DisableAsync(endpoint, CancellationToken.None);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Debug, "Endpoint {WebhookId} was told and answered {StatusCode}: success {Succeeded}")]
        public static partial void Told(ILogger logger, Id<Webhook> webhookId, int? statusCode, bool succeeded);
    }
}
