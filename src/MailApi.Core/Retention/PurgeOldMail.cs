using MailApi.Core.Data;
using MailApi.Core.Domain;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MailApi.Core.Retention;

/// <summary>
/// The job that forgets: content, then the log, by age and in small batches. A message with recipients that have not
/// reached their end is never touched, however old.
/// </summary>
public sealed partial class PurgeOldMail(
    IDbContextFactory<MailDb> databases, IOptions<RetentionOptions> options, TimeProvider time, ILogger<PurgeOldMail> logger)
{
    private static readonly TimeSpan KeyLifetime = TimeSpan.FromHours(24);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var contents = await PurgeContentsAsync(now - options.Value.Content, cancellationToken);
        var messages = await PurgeMessagesAsync(now - options.Value.Log, cancellationToken);
        var events = await PurgeEventsAsync(now - options.Value.Log, cancellationToken);
        var told = await PurgeWebhookDeliveriesAsync(now - options.Value.Webhooks, cancellationToken);
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var keys = await db.IdempotencyKeys.Where(k => k.CreatedAt < now - KeyLifetime).ExecuteDeleteAsync(cancellationToken);
        await db.SuppressionImports.Where(i => i.FinishedAt < now - options.Value.Log).ExecuteDeleteAsync(cancellationToken);
        await PurgeStatsAsync(now - options.Value.Stats, cancellationToken);
        Log.Purged(logger, contents, messages, events, told, keys);
    }

    /// <summary>Walks over what is still there, by id, which is by age.</summary>
    private Task<int> PurgeContentsAsync(DateTimeOffset before, CancellationToken cancellationToken) => InBatchesAsync(
        async (db, after) =>
        {
            var last = Id<Message>.LeastAt(before);
            var ids = await (
                from c in db.Contents
                where c.MessageId > after && c.MessageId < last
                join m in Ended(db) on c.MessageId equals m.Id
                orderby c.MessageId
                select c.MessageId).Take(options.Value.BatchSize).ToListAsync(cancellationToken);
            await db.Contents.Where(c => ids.Contains(c.MessageId)).ExecuteDeleteAsync(cancellationToken);
            return ids;
        },
        cancellationToken);

    private Task<int> PurgeMessagesAsync(DateTimeOffset before, CancellationToken cancellationToken) => InBatchesAsync(
        async (db, after) =>
        {
            var last = Id<Message>.LeastAt(before);
            var ids = await Ended(db).Where(m => m.Id > after && m.Id < last)
                .OrderBy(m => m.Id).Select(m => m.Id).Take(options.Value.BatchSize).ToListAsync(cancellationToken);
            await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
            await db.Contents.Where(c => ids.Contains(c.MessageId)).ExecuteDeleteAsync(cancellationToken);
            await db.Attempts.Where(a => ids.Contains(a.MessageId)).ExecuteDeleteAsync(cancellationToken);
            await db.Recipients.Where(r => ids.Contains(r.MessageId)).ExecuteDeleteAsync(cancellationToken);
            await db.Events.Where(e => e.MessageId != null && ids.Contains(e.MessageId.Value))
                .ExecuteDeleteAsync(cancellationToken);
            await db.Messages.Where(m => ids.Contains(m.Id)).ExecuteDeleteAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            return ids;
        },
        cancellationToken);

    /// <summary>
    /// Events that belong to no message, and so have no sequence. What is older than the log is little; SQLite would look
    /// at all that belong to no message, were it asked for those.
    /// </summary>
    private async Task<int> PurgeEventsAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        var last = Id<Event>.LeastAt(before);
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return await db.Events.Where(e => e.Id < last && e.Sequence == null).ExecuteDeleteAsync(cancellationToken);
    }

    /// <summary>What an enabled endpoint has still to be told stays; what waits for a disabled or deleted one goes.</summary>
    private async Task<int> PurgeWebhookDeliveriesAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        await PurgeReplaysAsync(before, cancellationToken);
        var total = 0;
        var last = Id<WebhookDelivery>.LeastAt(before);
        while (true)
        {
            await using var db = await databases.CreateDbContextAsync(cancellationToken);
            var purged = await db.WebhookDeliveries
                .Where(d => d.Id < last && (d.Status != WebhookDeliveryStatus.Pending
                    || !db.Webhooks.Any(w => w.Id == d.WebhookId && w.Enabled)))
                .OrderBy(d => d.Id).Take(options.Value.BatchSize).ExecuteDeleteAsync(cancellationToken);
            total += purged;
            if (purged < options.Value.BatchSize)
            {
                return total;
            }
        }
    }

    /// <summary>Those that are over, and those of endpoints that are no more.</summary>
    private async Task PurgeReplaysAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        await db.WebhookReplays
            .Where(r => r.CreatedAt < before && (r.Status != WebhookReplayStatus.Running
                || !db.Webhooks.Any(w => w.Id == r.WebhookId)))
            .ExecuteDeleteAsync(cancellationToken);
    }

    /// <summary>Hour by hour: none has many rows.</summary>
    private async Task PurgeStatsAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        var last = before.ToUnixTimeMilliseconds() / 3_600_000;
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        while (await db.Stats.MinAsync(s => (int?)s.Hour, cancellationToken) is { } hour && hour < last)
        {
            await db.Stats.Where(s => s.Hour == hour).ExecuteDeleteAsync(cancellationToken);
        }
    }

    private static IQueryable<Message> Ended(MailDb db) => db.Messages.Where(
        m => (m.Status == MessageStatus.Completed || m.Status == MessageStatus.Cancelled)
            && !db.Deliveries.Any(d => d.MessageId == m.Id));

    private async Task<int> InBatchesAsync(
        Func<MailDb, Id<Message>, Task<List<Id<Message>>>> purge, CancellationToken cancellationToken)
    {
        var total = 0;
        var after = default(Id<Message>);
        while (true)
        {
            await using var db = await databases.CreateDbContextAsync(cancellationToken);
            var ids = await purge(db, after);
            total += ids.Count;
            if (ids.Count < options.Value.BatchSize)
            {
                return total;
            }

            after = ids[^1];
        }
    }

    private static partial class Log
    {
        [LoggerMessage(
            LogLevel.Information,
            "Removed by age: content of {Contents} messages, {Messages} messages with their log, {Events} other events, {WebhookDeliveries} webhook deliveries, {Keys} idempotency keys")]
        public static partial void Purged(
            ILogger logger, int contents, int messages, int events, int webhookDeliveries, int keys);
    }
}
