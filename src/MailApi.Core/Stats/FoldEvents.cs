using MailApi.Core.Data;
using MailApi.Core.Data.Writing;
using MailApi.Core.Domain;
using Microsoft.EntityFrameworkCore;

namespace MailApi.Core.Stats;

/// <summary>
/// The job that folds events into hourly counts. Each batch moves the project's position in the transaction that counts,
/// so a crash counts nothing twice; of two nodes that fold the same batch one finds the position moved and stops.
/// </summary>
public sealed class FoldEvents(IDbContextFactory<MailDb> databases, Writer writer)
{
    private const int BatchSize = 2_000;
    private const int MaxKeys = 500;

    /// <summary>project, transaction and event the position is at, transaction and event it moves to.</summary>
    private static readonly Statement MoveOn = new(
        """
        INSERT INTO stat_positions (project_id, transaction_id, event_id) VALUES ($1, $4, $5)
        ON CONFLICT (project_id) DO UPDATE SET transaction_id = $4, event_id = $5
            WHERE stat_positions.transaction_id = $2 AND stat_positions.event_id = $3
        """);

    private static readonly string[] Counters =
    [
        "accepted", "recipients", "delivered", "deferred", "bounced_hard", "bounced_block", "bounced_soft",
        "bounced_undetermined", "failed", "suppressed", "complained",
    ];

    /// <summary>project, dimension, hour, key, counters.</summary>
    private static readonly Statement Count = new(
        $"""
        INSERT INTO stats (project_id, dimension, hour, key, {string.Join(", ", Counters)})
        VALUES ($1, $2, $3, $4, {string.Join(", ", Counters.Select((_, i) => $"${i + 5}"))})
        ON CONFLICT (project_id, dimension, hour, key) DO UPDATE SET
            {string.Join(", ", Counters.Select(c => $"{c} = stats.{c} + excluded.{c}"))}
        """);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var behind = await db.FindProjectsBehindAsync(cancellationToken);

        // A batch of each in turn: a project with much to fold does not keep the others waiting.
        while (behind.Count > 0)
        {
            List<Id<Project>> still = [];
            foreach (var project in behind)
            {
                if (await FoldBatchAsync(project, cancellationToken))
                {
                    still.Add(project);
                }
            }

            behind = still;
        }
    }

    /// <summary>Returns whether there may be more.</summary>
    private async Task<bool> FoldBatchAsync(Id<Project> project, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var position = await db.FindStatPositionAsync(project, cancellationToken);
        var events = await db.ReadSettledEventsAsync(position, BatchSize, cancellationToken);
        if (events.End is not { } end)
        {
            return false;
        }

        var tally = new StatTally();
        foreach (var group in events.Groups)
        {
            tally.Add(group);
        }

        var hours = tally.Counts.Keys.Select(k => k.Hour).Distinct().ToList();
        var kept = await db.Stats.Where(s => s.ProjectId == project && hours.Contains(s.Hour))
            .Select(s => new StatKey(s.Dimension, s.Hour, s.Key)).ToListAsync(cancellationToken);
        tally.Limit(kept, MaxKeys);
        return await WriteAsync(position, end, tally, cancellationToken) && events.IsFull;
    }

    private async Task<bool> WriteAsync(
        StatPosition from, LastEvent to, StatTally tally, CancellationToken cancellationToken)
    {
        var moved = false;
        await writer.TransactAsync(
            async session =>
            {
                var ticket = session.Add(
                    MoveOn, from.ProjectId.Value, from.TransactionId, from.EventId.Value, to.TransactionId, to.Id.Value);
                await session.FlushAsync(cancellationToken);
                moved = ticket.Affected > 0;
                foreach (var (key, c) in moved ? tally.Counts : new Dictionary<StatKey, StatCounts>())
                {
                    session.Add(
                        Count, from.ProjectId.Value, Names.Of(key.Dimension), key.Hour, key.Key, c.Accepted, c.Recipients,
                        c.Delivered, c.Deferred, c.BouncedHard, c.BouncedBlock, c.BouncedSoft, c.BouncedUndetermined,
                        c.Failed, c.Suppressed, c.Complained);
                }
            },
            cancellationToken);
        return moved;
    }
}
