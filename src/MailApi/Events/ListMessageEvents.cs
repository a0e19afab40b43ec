using System.Buffers.Binary;
using MailApi.Core.Data;
using MailApi.Core.Domain;
using MailApi.Http;
using Microsoft.EntityFrameworkCore;

namespace MailApi.Events;

/// <summary>
/// The timeline of one message, oldest first. Its sequence is given out under the lock of the message, so pages follow that,
/// and need not wait for transactions that have nothing to do with it.
/// </summary>
internal static class ListMessageEvents
{
    public static async Task<IResult> HandleAsync(
        Id<Message> id, HttpContext context, ApiCaller caller, MailDb db, CancellationToken cancellationToken)
    {
        if (!PageQuery.TryRead(context.Request, ascendingByDefault: true, out var page, out var problem))
        {
            return problem!;
        }

        if (!await db.HasMessageAsync(caller.ProjectId, id, cancellationToken))
        {
            return Problems.NotFound("message");
        }

        var events = db.Events.AsNoTracking().Where(e => e.MessageId == id);
        if (page.Cursor is not null)
        {
            if (!Cursor.TryDecode(page.Cursor, out var bytes) || bytes.Length != sizeof(int))
            {
                return Problems.InvalidParameter("cursor", "This is not a cursor that a page of a message's events ended with.");
            }

            var edge = BinaryPrimitives.ReadInt32BigEndian(bytes);
            events = page.Ascending ? events.Where(e => e.Sequence > edge) : events.Where(e => e.Sequence < edge);
        }

        events = page.Ascending ? events.OrderBy(e => e.Sequence) : events.OrderByDescending(e => e.Sequence);
        var rows = await events.Take(page.Limit + 1).ToListAsync(cancellationToken);
        return await EventPages.AnswerAsync(db, rows, page.Limit, Position, context.Response, cancellationToken);
    }

    private static string Position(Event last)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(bytes, last.Sequence!.Value);
        return Cursor.Encode(bytes);
    }
}
