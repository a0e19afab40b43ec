using MailApi.Core.Data;
using MailApi.Core.Data.Events;
using MailApi.Core.Data.Writing;
using MailApi.Core.Domain;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace MailApi.Core.Notifications;

/// <summary>
/// The job that puts past events in line again, for every replay that is running. Each batch moves the replay on in the
/// transaction that queues it, so a crash repeats nothing and two that run at once share the work.
/// </summary>
public sealed partial class ReplayEvents(
    IDbContextFactory<MailDb> databases, Writer writer, EndpointWakes wakes, TimeProvider time, ILogger<ReplayEvents> logger)
{
    private const int BatchSize = 500;

    /// <summary>So far apart the clocks of nodes may be: ids are made by them.</summary>
    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(1);

    /// <summary>replay, its position, the next one, events seen, events queued, whether it is done, time.</summary>
    private static readonly Statement MoveOn = new(
        """
        UPDATE webhook_replays SET position = $3, seen = seen + $4, queued = queued + $5,
            status = CASE WHEN $6 THEN 'completed' ELSE status END, finished_at = CASE WHEN $6 THEN $7 ELSE finished_at END
        WHERE id = $1 AND position = $2 AND status = 'running'
        """);

    /// <summary>delivery, endpoint, project, event, type, time, replay.</summary>
    private static readonly Statement TellAgain = new(
        """
        INSERT INTO webhook_deliveries (id, webhook_id, project_id, event_id, event_type, status, due_at, created_at, attempt,
            attempts, replay_id)
        VALUES ($1, $2, $3, $4, $5, 'pending', $6, $6, 0, '[]', $7)
        """);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var running = await db.WebhookReplays.AsNoTracking()
            .Where(r => r.Status == WebhookReplayStatus.Running).Select(r => r.Id).ToListAsync(cancellationToken);
        foreach (var id in running)
        {
            while (await QueueBatchAsync(id, cancellationToken))
            {
                // Until it is through, cancelled, or moved on by somebody else.
            }
        }
    }

    /// <summary>A position before every event of a time; ids follow time, so a range is read without going through the rest.</summary>
    public static Id<Event> PositionAt(DateTimeOffset since) => Id<Event>.LeastAt(since - ClockSkew);

    /// <summary>Events of a project in a range of time, of the types that the patterns match.</summary>
    public static IQueryable<Event> Range(
        MailDb db, Id<Project> project, DateTimeOffset since, DateTimeOffset until, IReadOnlyList<string> patterns)
    {
        var types = EventTypes.All.Where(t => t != EventTypes.WebhookTest && EventPattern.MatchesAny(patterns, t)).ToList();
        var first = PositionAt(since);
        var last = Id<Event>.LeastAt(until + ClockSkew);
        return db.Events.AsNoTracking().Where(
            e => e.Id > first && e.Id < last && e.ProjectId == project && e.Timestamp >= since && e.Timestamp < until
                && types.Contains(e.Type));
    }

    private async Task<bool> QueueBatchAsync(Id<WebhookReplay> id, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var found = await (
            from r in db.WebhookReplays.AsNoTracking()
            join w in db.Webhooks.AsNoTracking() on r.WebhookId equals w.Id
            where r.Id == id && r.Status == WebhookReplayStatus.Running
            select new { Replay = r, Webhook = w }).SingleOrDefaultAsync(cancellationToken);
        if (found is null)
        {
            return false;
        }

        var (replay, webhook) = (found.Replay, found.Webhook);

        var batch = await (
            from e in Range(db, replay.ProjectId, replay.Since, replay.Until, replay.Types)
            where e.Id > replay.Position
            orderby e.Id
            join m in db.Messages.AsNoTracking() on e.MessageId equals m.Id into messages
            from message in messages.DefaultIfEmpty()
            select new ReplayedEvent(e.Id, e.Type, message == null ? null : message.Tags)).Take(BatchSize).ToListAsync(cancellationToken);
        var heard = batch.Where(e => webhook.Tags.Count == 0 || e.Tags?.Any(webhook.Tags.Contains) == true).ToList();
        var done = batch.Count < BatchSize;
        var position = batch.Count > 0 ? batch[^1].Id : replay.Position;
        await writer.TransactAsync(
            async session =>
            {
                var now = time.GetUtcNow();
                var moved = session.Add(
                    MoveOn, id.Value, replay.Position.Value, position.Value, batch.Count, heard.Count, done, now);
                await session.FlushAsync(cancellationToken);
                foreach (var e in moved.Affected > 0 ? heard : [])
                {
                    session.Add(
                        TellAgain, Id<WebhookDelivery>.New(now).Value, webhook.Id.Value, replay.ProjectId.Value, e.Id.Value,
                        e.Type, now, id.Value);
                }
            },
            cancellationToken);
        wakes.Wake(fresh: [], stored: [webhook.Id]);
        if (done)
        {
            Log.Replayed(logger, id, replay.Seen + batch.Count);
        }

        return !done;
    }

    private sealed record ReplayedEvent(Id<Event> Id, string Type, IReadOnlyList<string>? Tags);

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Replay {ReplayId} has put everything in line; it looked at {Seen} events")]
        public static partial void Replayed(ILogger logger, Id<WebhookReplay> replayId, int seen);
    }
}
