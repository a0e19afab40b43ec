using MailApi.Core.Data.Writing;
using MailApi.Core.Delivery;
using MailApi.Core.Domain;
using Microsoft.Extensions.Options;

namespace MailApi.Core.Accepting;

/// <summary>Changes to messages whose first attempt has not begun. The queue's row decides who comes first.</summary>
public sealed class ScheduledMessages(Writer writer, RelayQueue queue, IOptions<DeliveryOptions> options, TimeProvider time)
{
    /// <summary>message, due, expires, now: only while it waits for a time that has not come.</summary>
    private static readonly Statement Reschedule = new(
        """
        UPDATE deliveries SET due_at = $2, expires_at = $3
        WHERE message_id = $1 AND lease_owner IS NULL AND attempt = 0 AND due_at > $4
            AND EXISTS (SELECT 1 FROM messages WHERE id = $1 AND status = 'scheduled')
        """);

    private static readonly Statement SetSendAt = new("UPDATE messages SET send_at = $2 WHERE id = $1");

    private static readonly Statement Cancel = new(
        "DELETE FROM deliveries WHERE message_id = $1 AND lease_owner IS NULL AND attempt = 0");

    private static readonly Statement FindOpen = new(
        "SELECT email FROM recipients WHERE message_id = $1 AND status IN ('scheduled', 'queued') ORDER BY position");

    private static readonly Statement CancelRecipients = new(
        "UPDATE recipients SET status = 'cancelled' WHERE message_id = $1 AND status IN ('scheduled', 'queued')");

    private static readonly Statement CancelMessage = new(
        "UPDATE messages SET status = 'cancelled', event_count = event_count + $2 WHERE id = $1");

    /// <summary>id, message, steps back, time, recipient, its key.</summary>
    private static readonly Statement InsertCancelled = new(
        """
        INSERT INTO events (id, project_id, message_id, sequence, type, timestamp, recipient, recipient_key)
        SELECT $1, project_id, id, event_count - $3, 'message.cancelled', $4, $5, $6 FROM messages WHERE id = $2
        """,
        """
        INSERT INTO events (id, project_id, message_id, sequence, type, timestamp, recipient, recipient_key, transaction_id)
        SELECT $1, project_id, id, event_count - $3, 'message.cancelled', $4, $5, $6, 0 FROM messages WHERE id = $2
        """);

    /// <summary>Moves a scheduled message; false when its time has come or it is something else by now.</summary>
    public async Task<bool> RescheduleAsync(Id<Message> id, DateTimeOffset sendAt, CancellationToken cancellationToken)
    {
        var moved = false;
        await writer.TransactAsync(
            async session =>
            {
                var ticket = session.Add(
                    Reschedule, id.Value, sendAt, sendAt + options.Value.ExpiresAfter, time.GetUtcNow());
                await session.FlushAsync(cancellationToken);
                moved = ticket.Affected > 0;
                if (moved)
                {
                    session.Add(SetSendAt, id.Value, sendAt);
                }
            },
            cancellationToken);
        queue.Wake();
        return moved;
    }

    /// <summary>Takes a message back with an event per recipient; false once its first attempt has begun.</summary>
    public async Task<bool> CancelAsync(Id<Message> id, CancellationToken cancellationToken)
    {
        var cancelled = false;
        await writer.TransactAsync(
            async session =>
            {
                var ticket = session.Add(Cancel, id.Value);
                var open = session.Add(FindOpen, id.Value);
                await session.FlushAsync(cancellationToken);
                cancelled = ticket.Affected > 0;
                if (cancelled)
                {
                    WriteCancelled(session, id, [.. open.Rows.Cast<string>()]);
                }
            },
            cancellationToken);
        return cancelled;
    }

    private void WriteCancelled(WriteSession session, Id<Message> id, List<string> recipients)
    {
        var now = time.GetUtcNow();
        session.Add(CancelRecipients, id.Value);
        session.Add(CancelMessage, id.Value, recipients.Count);
        for (var i = 0; i < recipients.Count; i++)
        {
            var key = EmailAddress.TryParse(recipients[i], out var address, out _) ? address!.Key : recipients[i];
            session.Add(
                InsertCancelled, UuidV7.Create(now), id.Value, recipients.Count - 1 - i, now, recipients[i], key);
        }
    }
}
