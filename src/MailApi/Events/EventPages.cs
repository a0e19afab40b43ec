using MailApi.Core.Data;
using MailApi.Core.Domain;
using MailApi.Http;
using Microsoft.EntityFrameworkCore;

namespace MailApi.Events;

/// <summary>
/// Pages over events in the order of their commits. On PostgreSQL transactions commit in another order than they began,
/// so only events below the oldest open transaction are shown: a cursor never passes one that is still to come.
/// </summary>
internal static class EventPages
{
    public static async Task<IResult> AnswerAsync(
        MailDb db, IQueryable<Event> events, PageQuery page, HttpResponse response, CancellationToken cancellationToken)
    {
        if (page.Cursor is not null)
        {
            if (!Cursor.TryDecodeEvent(page.Cursor, out var transaction, out var id))
            {
                return Problems.InvalidParameter("cursor", "This is not a cursor that a page of events ended with.");
            }

            events = db.Provider == DatabaseProvider.Sqlite
                ? page.Ascending ? events.Where(e => e.Id > id) : events.Where(e => e.Id < id)
                : After(events, page, transaction, id);
        }

        if (db.Provider == DatabaseProvider.Sqlite)
        {
            // A constant in front leaves the index in the order of the ids.
            events = events.Where(e => e.TransactionId == 0);
        }
        else
        {
            var horizon = await db.Database
                .SqlQuery<long>($"SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS \"Value\"")
                .SingleAsync(cancellationToken);
            events = events.Where(e => e.TransactionId < horizon);
        }

        events = page.Ascending
            ? events.OrderBy(e => e.TransactionId).ThenBy(e => e.Id)
            : events.OrderByDescending(e => e.TransactionId).ThenByDescending(e => e.Id);
        var rows = await events.AsNoTracking().Take(page.Limit + 1).ToListAsync(cancellationToken);
        return await AnswerAsync(db, rows, page.Limit, Cursor.EncodeEvent, response, cancellationToken);
    }

    /// <summary>
    /// A page of rows that were read, one more than fit when more follow. A reader that follows the events wants a cursor at
    /// the end, too: only an empty page has none.
    /// </summary>
    public static async Task<IResult> AnswerAsync(
        MailDb db, List<Event> rows, int limit, Func<Event, string> position, HttpResponse response,
        CancellationToken cancellationToken)
    {
        var shown = rows.Take(limit).ToList();
        var more = rows.Count > limit;
        var next = shown.Count > 0 ? position(shown[^1]) : null;
        if (more)
        {
            Paging.SetLink(response, next);
        }

        return TypedResults.Ok(new ListResponse<EventResponse>(
            await WithMessagesAsync(db, shown, cancellationToken), more, next));
    }

    /// <summary>The first condition is implied by the second, and is where the index is entered.</summary>
    private static IQueryable<Event> After(IQueryable<Event> events, PageQuery page, long transaction, Id<Event> id) =>
        page.Ascending
            ? events.Where(e => e.TransactionId >= transaction && (e.TransactionId > transaction || e.Id > id))
            : events.Where(e => e.TransactionId <= transaction && (e.TransactionId < transaction || e.Id < id));

    private static async Task<List<EventResponse>> WithMessagesAsync(
        MailDb db, List<Event> events, CancellationToken cancellationToken)
    {
        var ids = events.Where(e => e.MessageId is not null).Select(e => e.MessageId!.Value).Distinct().ToList();
        var messages = await db.Messages.AsNoTracking()
            .Where(m => ids.Contains(m.Id)).ToDictionaryAsync(m => m.Id, cancellationToken);
        return events.ConvertAll(e => EventResponse.Of(
            e, e.MessageId is { } id ? messages.GetValueOrDefault(id) : null));
    }
}
