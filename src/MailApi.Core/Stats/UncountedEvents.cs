using MailApi.Core.Data;
using MailApi.Core.Domain;
using Microsoft.EntityFrameworkCore;

namespace MailApi.Core.Stats;

/// <summary>An event with what it is counted under.</summary>
internal sealed record UncountedEvent(
    Event Event, string? Template, IReadOnlyList<string> Tags, IReadOnlyList<string> Recipients);

/// <summary>
/// Reads the events after a position in the order of their commits. On PostgreSQL transactions commit in another order
/// than they began, so a position may only move over events below the oldest open transaction.
/// </summary>
internal static class UncountedEvents
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
    public static Task<List<UncountedEvent>> ReadVisibleEventsAsync(
        this MailDb db, StatPosition position, int limit, CancellationToken cancellationToken) =>
        ReadAsync(db, After(db, position), limit, cancellationToken);

    /// <summary>Events before which none can appear any more.</summary>
    public static async Task<List<UncountedEvent>> ReadSettledEventsAsync(
        this MailDb db, StatPosition position, int limit, CancellationToken cancellationToken)
    {
        var events = After(db, position);
        if (db.Provider == DatabaseProvider.Postgres)
        {
            var horizon = await db.Database
                .SqlQuery<long>($"SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS \"Value\"")
                .SingleAsync(cancellationToken);
            events = events.Where(e => e.TransactionId < horizon);
        }

        return await ReadAsync(db, events, limit, cancellationToken);
    }

    private static IQueryable<Event> After(MailDb db, StatPosition position)
    {
        var (project, id) = (Key(db, position.ProjectId.Value), Key(db, position.EventId.Value));
        return db.Events.FromSql(
            $"SELECT * FROM events WHERE project_id = {project} AND (transaction_id, id) > ({position.TransactionId}, {id})");
    }

    private static object Key(MailDb db, Guid id) =>
        db.Provider == DatabaseProvider.Sqlite ? id.ToByteArray(bigEndian: true) : id;

    private static async Task<List<UncountedEvent>> ReadAsync(
        MailDb db, IQueryable<Event> query, int limit, CancellationToken cancellationToken)
    {
        var events = await query.AsNoTracking()
            .OrderBy(e => e.TransactionId).ThenBy(e => e.Id).Take(limit).ToListAsync(cancellationToken);
        var messageIds = events.Where(e => e.MessageId is not null).Select(e => e.MessageId!.Value).Distinct().ToList();
        var messages = await db.Messages.AsNoTracking().Where(m => messageIds.Contains(m.Id))
            .Select(m => new { m.Id, m.TemplateId, m.Tags }).ToDictionaryAsync(m => m.Id, cancellationToken);
        var acceptedIds = events.Where(e => e is { Type: EventTypes.MessageAccepted, MessageId: not null })
            .Select(e => e.MessageId!.Value).ToList();
        var recipients = (await db.Recipients.AsNoTracking().Where(r => acceptedIds.Contains(r.MessageId))
            .Select(r => new { r.MessageId, r.EmailKey }).ToListAsync(cancellationToken))
            .ToLookup(r => r.MessageId, r => r.EmailKey);
        return events.ConvertAll(e =>
        {
            var message = e.MessageId is { } id ? messages.GetValueOrDefault(id) : null;
            IReadOnlyList<string> whom = e is { Type: EventTypes.MessageAccepted, MessageId: { } accepted }
                ? [.. recipients[accepted]]
                : [e.RecipientKey ?? ""];
            return new UncountedEvent(e, message?.TemplateId?.ToString(), message?.Tags ?? [], whom);
        });
    }
}
