using Hangfire;
using MailApi.Core.Data;
using MailApi.Core.Domain;
using MailApi.Core.Notifications;
using MailApi.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace MailApi.Webhooks;

/// <summary>Past events being told again.</summary>
/// <param name="Id">The replay.</param>
/// <param name="WebhookId">The endpoint.</param>
/// <param name="Since">The range: from here,</param>
/// <param name="Until">up to here.</param>
/// <param name="Types">Which types.</param>
/// <param name="Status">running, completed (everything is in line) or cancelled.</param>
/// <param name="Total">Events in the range.</param>
/// <param name="Seen">Events looked at so far.</param>
/// <param name="Queued">Events put in line so far; those without the endpoint's tags are not.</param>
/// <param name="Pending">Of these: waiting to be told.</param>
/// <param name="Succeeded">Told.</param>
/// <param name="Failed">Given up.</param>
/// <param name="CreatedAt">When it began.</param>
/// <param name="FinishedAt">When everything was in line, or it was cancelled.</param>
public sealed record WebhookReplayResponse(
    Id<WebhookReplay> Id, Id<Webhook> WebhookId, DateTimeOffset Since, DateTimeOffset Until, IReadOnlyList<string> Types,
    string Status, int Total, int Seen, int Queued, int Pending, int Succeeded, int Failed, DateTimeOffset CreatedAt,
    DateTimeOffset? FinishedAt)
{
    internal static async Task<WebhookReplayResponse> OfAsync(
        MailDb db, WebhookReplay replay, CancellationToken cancellationToken)
    {
        var counts = await db.WebhookDeliveries.Where(d => d.ReplayId == replay.Id)
            .GroupBy(d => d.Status).Select(g => new { g.Key, Count = g.Count() })
            .ToDictionaryAsync(g => g.Key, g => g.Count, cancellationToken);
        return new WebhookReplayResponse(
            replay.Id, replay.WebhookId, replay.Since, replay.Until, replay.Types, Names.Of(replay.Status), replay.Total,
            replay.Seen, replay.Queued, counts.GetValueOrDefault(WebhookDeliveryStatus.Pending),
            counts.GetValueOrDefault(WebhookDeliveryStatus.Succeeded), counts.GetValueOrDefault(WebhookDeliveryStatus.Failed),
            replay.CreatedAt, replay.FinishedAt);
    }
}

/// <summary>Begins to tell past events again, with their own ids.</summary>
internal static class ReplayWebhook
{
    public static async Task<Results<Accepted<WebhookReplayResponse>, ProblemHttpResult>> HandleAsync(
        Id<Webhook> id, ReplayWebhookRequest request, ApiCaller caller, MailDb db, IBackgroundJobClient jobs, TimeProvider time,
        CancellationToken cancellationToken)
    {
        if (await db.FindWebhookAsync(caller, id, cancellationToken) is not { } webhook)
        {
            return WebhookQueries.NotFound();
        }

        if (!webhook.Enabled)
        {
            return WebhookQueries.Disabled();
        }

        var now = time.GetUtcNow();
        var since = request.Since.ToUniversalTime();
        var until = request.Until?.ToUniversalTime() is { } asked && asked < now ? asked : now;
        var types = request.Types ?? webhook.Events;
        var replay = new WebhookReplay
        {
            Id = Id<WebhookReplay>.New(now),
            WebhookId = id,
            ProjectId = caller.ProjectId,
            Since = since,
            Until = until,
            Types = types,
            Status = WebhookReplayStatus.Running,
            Total = await ReplayEvents.Range(db, caller.ProjectId, since, until, types).CountAsync(cancellationToken),
            Position = ReplayEvents.PositionAt(since),
            CreatedAt = now,
        };
        db.WebhookReplays.Add(replay);
        await db.SaveChangesAsync(cancellationToken);
        jobs.Enqueue<ReplayEvents>(job => job.RunAsync(CancellationToken.None));
        return TypedResults.Accepted(
            $"/v1/webhooks/{id}/replays/{replay.Id}", await WebhookReplayResponse.OfAsync(db, replay, cancellationToken));
    }
}

/// <summary>A page of the replays of an endpoint, newest first.</summary>
internal static class ListWebhookReplays
{
    public static async Task<IResult> HandleAsync(
        Id<Webhook> id, HttpContext context, ApiCaller caller, MailDb db, CancellationToken cancellationToken)
    {
        if (await db.FindWebhookAsync(caller, id, cancellationToken) is null)
        {
            return WebhookQueries.NotFound();
        }

        return await IdPages.AnswerAsync(
            context, db.WebhookReplays.AsNoTracking().Where(r => r.WebhookId == id), r => r.Id,
            async shown =>
            {
                List<WebhookReplayResponse> data = [];
                foreach (var replay in shown)
                {
                    data.Add(await WebhookReplayResponse.OfAsync(db, replay, cancellationToken));
                }

                return data;
            },
            cancellationToken);
    }
}

/// <summary>How far a replay has come.</summary>
internal static class GetWebhookReplay
{
    public static async Task<Results<Ok<WebhookReplayResponse>, ProblemHttpResult>> HandleAsync(
        Id<Webhook> id, Id<WebhookReplay> replay, ApiCaller caller, MailDb db, CancellationToken cancellationToken) =>
        await FindAsync(db, caller, id, replay, cancellationToken) is { } found
            ? TypedResults.Ok(await WebhookReplayResponse.OfAsync(db, found, cancellationToken))
            : Problems.NotFound("replay");

    internal static Task<WebhookReplay?> FindAsync(
        MailDb db, ApiCaller caller, Id<Webhook> id, Id<WebhookReplay> replay, CancellationToken cancellationToken) =>
        db.WebhookReplays.AsNoTracking().SingleOrDefaultAsync(
            r => r.Id == replay && r.WebhookId == id && r.ProjectId == caller.ProjectId, cancellationToken);
}

/// <summary>Stops a replay; what is still waiting because of it is not told.</summary>
internal static class CancelWebhookReplay
{
    private const int BatchSize = 1_000;

    public static async Task<Results<Ok<WebhookReplayResponse>, ProblemHttpResult>> HandleAsync(
        Id<Webhook> id, Id<WebhookReplay> replay, ApiCaller caller, MailDb db, TimeProvider time,
        CancellationToken cancellationToken)
    {
        if (await GetWebhookReplay.FindAsync(db, caller, id, replay, cancellationToken) is null)
        {
            return Problems.NotFound("replay");
        }

        var now = time.GetUtcNow();
        await db.WebhookReplays.Where(r => r.Id == replay && r.Status != WebhookReplayStatus.Cancelled).ExecuteUpdateAsync(
            r => r.SetProperty(x => x.Status, WebhookReplayStatus.Cancelled).SetProperty(x => x.FinishedAt, now),
            cancellationToken);

        // What is leased goes too, or a failure would put it in line again: what is in flight ends unrecorded.
        while (await db.WebhookDeliveries
            .Where(d => d.ReplayId == replay && d.Status == WebhookDeliveryStatus.Pending)
            .OrderBy(d => d.Id).Take(BatchSize).ExecuteDeleteAsync(cancellationToken) == BatchSize)
        {
            // The rest follows.
        }

        var found = await GetWebhookReplay.FindAsync(db, caller, id, replay, cancellationToken);
        return TypedResults.Ok(await WebhookReplayResponse.OfAsync(db, found!, cancellationToken));
    }
}
