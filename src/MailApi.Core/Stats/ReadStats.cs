using System.Data;
using System.Data.Common;
using MailApi.Core.Data;
using MailApi.Core.Domain;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace MailApi.Core.Stats;

/// <summary>What statistics are asked for.</summary>
/// <param name="ProjectId">Whose.</param>
/// <param name="Dimension">What they are grouped by.</param>
/// <param name="FirstHour">Hours since 1970, at the start of an interval.</param>
/// <param name="EndHour">The first hour that is not asked for.</param>
/// <param name="Width">Hours per interval.</param>
/// <param name="After">Where the page before ended.</param>
/// <param name="Limit">Rows at most.</param>
public sealed record StatQuery(
    Id<Project> ProjectId, StatDimension Dimension, int FirstHour, int EndHour, int Width, StatPlace? After, int Limit);

/// <summary>A row's place in the order of the answer: interval, then key.</summary>
public sealed record StatPlace(int Interval, string Key)
{
    public bool IsAfter(StatPlace other) =>
        Interval > other.Interval || (Interval == other.Interval && string.CompareOrdinal(Key, other.Key) > 0);
}

/// <summary>What happened in an interval under a key.</summary>
public sealed record StatRow(StatPlace Place, StatCounts Counts);

/// <summary>Some rows in order.</summary>
/// <param name="Rows">None is empty.</param>
/// <param name="HasMore">True when others follow.</param>
/// <param name="AsOf">Everything that was recorded before is counted.</param>
public sealed record StatPage(IReadOnlyList<StatRow> Rows, bool HasMore, DateTimeOffset AsOf);

/// <summary>
/// Answers from the hourly counts and adds the events that have not been folded yet, in one snapshot of the database:
/// what was recorded before the question is in the answer. Only a project that records more than 10,000 events between
/// two runs of the job gets an answer that is older, and says so.
/// </summary>
public sealed class ReadStats(IDbContextFactory<MailDb> databases, TimeProvider time)
{
    private const int MaxUncounted = 10_000;

    /// <summary>More than any two intervals can have: 24 hours of 501 keys each.</summary>
    private const int MaxRows = 30_000;

    public async Task<StatPage> RunAsync(StatQuery query, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        await db.Database.OpenConnectionAsync(cancellationToken);
        var asOf = time.GetUtcNow();
        await using var snapshot = await SnapshotAsync(db.Database.GetDbConnection(), cancellationToken);
        await db.Database.UseTransactionAsync(snapshot, cancellationToken);
        if (db.Provider == DatabaseProvider.Postgres)
        {
            // Compiling the query would take longer than the query.
            await db.Database.ExecuteSqlAsync($"SET LOCAL jit = off", cancellationToken);
        }


        var (rows, complete) = await ReadFoldedAsync(db, query, cancellationToken);
        var position = await db.FindStatPositionAsync(query.ProjectId, cancellationToken);
        var rest = await db.ReadVisibleEventsAsync(position, MaxUncounted, cancellationToken);
        Add(rows, rest.Groups, query);

        var ordered = rows
            .Where(r => query.After is null || r.Key.IsAfter(query.After))
            .Where(r => complete is null || r.Key.Interval <= complete)
            .OrderBy(r => r.Key.Interval).ThenBy(r => r.Key.Key, StringComparer.Ordinal)
            .Take(query.Limit + 1).Select(r => new StatRow(r.Key, r.Value)).ToList();
        return new StatPage(
            [.. ordered.Take(query.Limit)], ordered.Count > query.Limit || complete is not null,
            rest is { IsFull: true, End: { } end } ? end.Timestamp : asOf);
    }

    /// <summary>All reads see the same moment; none of them keeps anybody from writing.</summary>
    private static async Task<DbTransaction> SnapshotAsync(
        DbConnection connection, CancellationToken cancellationToken) =>
        connection is SqliteConnection sqlite
            ? sqlite.BeginTransaction(deferred: true)
            : await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);

    /// <summary>The folded rows, and the last interval that is complete in them; null when all are.</summary>
    private static async Task<(Dictionary<StatPlace, StatCounts> Rows, int? Complete)> ReadFoldedAsync(
        MailDb db, StatQuery query, CancellationToken cancellationToken)
    {
        var first = Math.Max(query.FirstHour, (query.After?.Interval ?? 0) * query.Width);
        var rows = await db.Stats.AsNoTracking()
            .Where(s => s.ProjectId == query.ProjectId && s.Dimension == query.Dimension)
            .Where(s => s.Hour >= first && s.Hour < query.EndHour)
            .GroupBy(s => new { Interval = s.Hour / query.Width, s.Key })
            .Select(g => new
            {
                g.Key.Interval,
                g.Key.Key,
                Counts = new StatCounts
                {
                    Accepted = g.Sum(s => s.Accepted),
                    Recipients = g.Sum(s => s.Recipients),
                    Delivered = g.Sum(s => s.Delivered),
                    Deferred = g.Sum(s => s.Deferred),
                    BouncedHard = g.Sum(s => s.BouncedHard),
                    BouncedBlock = g.Sum(s => s.BouncedBlock),
                    BouncedSoft = g.Sum(s => s.BouncedSoft),
                    BouncedUndetermined = g.Sum(s => s.BouncedUndetermined),
                    Failed = g.Sum(s => s.Failed),
                    Suppressed = g.Sum(s => s.Suppressed),
                    Complained = g.Sum(s => s.Complained),
                },
            })
            .OrderBy(g => g.Interval).Take(MaxRows).ToListAsync(cancellationToken);
        int? complete = rows.Count == MaxRows ? rows[^1].Interval - 1 : null;
        return (rows.ToDictionary(r => new StatPlace(r.Interval, r.Key), r => r.Counts), complete);
    }

    private static void Add(Dictionary<StatPlace, StatCounts> rows, IReadOnlyList<EventGroup> rest, StatQuery query)
    {
        var tally = new StatTally();
        foreach (var group in rest)
        {
            tally.Add(group);
        }

        foreach (var (key, counts) in tally.Counts)
        {
            if (key.Dimension == query.Dimension && key.Hour >= query.FirstHour && key.Hour < query.EndHour)
            {
                var place = new StatPlace(key.Hour / query.Width, key.Key);
                rows.TryAdd(place, new StatCounts());
                rows[place].Add(counts);
            }
        }
    }
}
