using MailApi.Core.Data;
using MailApi.Core.Domain;
using Microsoft.EntityFrameworkCore;

namespace MailApi.Core.Stats;

/// <summary>Some events of a project, counted by what they belong to.</summary>
/// <param name="End">The last of them; null when there is none.</param>
/// <param name="IsFull">As many as were asked for: there may be more.</param>
/// <param name="Groups">What they add up to.</param>
internal sealed record UncountedEvents(LastEvent? End, bool IsFull, IReadOnlyList<EventGroup> Groups);

/// <summary>Where a read has ended.</summary>
internal sealed record LastEvent(long TransactionId, Id<Event> Id, DateTimeOffset Timestamp);

/// <summary>
/// Reads the events after a position in the order of their commits. On PostgreSQL transactions commit in another order
/// than they began, so a position may only move over events below the oldest open transaction. The database counts: a row
/// for each event on its way here would cost more than the event itself.
/// </summary>
internal static class UncountedEventQueries
{
    /// <summary>The projects with events after their position.</summary>
    public static Task<List<Id<Project>>> FindProjectsBehindAsync(this MailDb db, CancellationToken cancellationToken) =>
        db.Projects.FromSql(
            $"""
            SELECT p.* FROM projects p LEFT JOIN stat_positions s ON s.project_id = p.id
            WHERE EXISTS (SELECT 1 FROM events e WHERE e.project_id = p.id
                AND (e.transaction_id, e.id) > (COALESCE(s.transaction_id, -1), s.event_id))
            """).AsNoTracking().Select(p => p.Id).ToListAsync(cancellationToken);

    public static async Task<StatPosition> FindStatPositionAsync(
        this MailDb db, Id<Project> project, CancellationToken cancellationToken) =>
        await db.StatPositions.AsNoTracking().SingleOrDefaultAsync(p => p.ProjectId == project, cancellationToken)
            ?? StatPosition.Start(project);

    /// <summary>Every event that is visible, for those who do not move the position.</summary>
    public static Task<UncountedEvents> ReadVisibleEventsAsync(
        this MailDb db, StatPosition position, int limit, CancellationToken cancellationToken) =>
        ReadAsync(db, position, long.MaxValue, limit, cancellationToken);

    /// <summary>Events before which none can appear any more.</summary>
    public static async Task<UncountedEvents> ReadSettledEventsAsync(
        this MailDb db, StatPosition position, int limit, CancellationToken cancellationToken)
    {
        var horizon = db.Provider == DatabaseProvider.Sqlite
            ? long.MaxValue
            : await db.Database
                .SqlQuery<long>($"SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS \"Value\"")
                .SingleAsync(cancellationToken);
        return await ReadAsync(db, position, horizon, limit, cancellationToken);
    }

    private static async Task<UncountedEvents> ReadAsync(
        MailDb db, StatPosition position, long horizon, int limit, CancellationToken cancellationToken)
    {
        var (project, id) = (Key(db, position.ProjectId.Value), Key(db, position.EventId.Value));
        var after = db.Events.FromSql(
            $"""
            SELECT * FROM events WHERE project_id = {project} AND (transaction_id, id) > ({position.TransactionId}, {id})
                AND transaction_id < {horizon}
            """).AsNoTracking();
        var full = await after.OrderBy(e => e.TransactionId).ThenBy(e => e.Id).Skip(limit - 1)
            .Select(e => new LastEvent(e.TransactionId, e.Id, e.Timestamp)).FirstOrDefaultAsync(cancellationToken);
        var end = full ?? await after.OrderByDescending(e => e.TransactionId).ThenByDescending(e => e.Id)
            .Select(e => new LastEvent(e.TransactionId, e.Id, e.Timestamp)).FirstOrDefaultAsync(cancellationToken);
        if (end is null)
        {
            return new UncountedEvents(null, false, []);
        }

        var groups = await db.Database.SqlQueryRaw<EventGroup>(
            EventGroup.Sql(db.Provider, limit), project, position.TransactionId, id, end.TransactionId, Key(db, end.Id.Value))
            .ToListAsync(cancellationToken);
        return new UncountedEvents(end, full is not null, groups);
    }

    private static object Key(MailDb db, Guid id) =>
        db.Provider == DatabaseProvider.Sqlite ? id.ToByteArray(bigEndian: true) : id;
}
