using MailApi.Core.Data.Events;
using MailApi.Core.Data.Writing;
using MailApi.Core.Delivery;
using MailApi.Core.Delivery.Queueing;
using MailApi.Core.Domain;
using Microsoft.Extensions.Options;

namespace MailApi.Core.Accepting;

/// <summary>Changes to messages whose first attempt has not begun. The queue's row decides who comes first.</summary>
public sealed class ScheduledMessages(
    Writer writer, EventLog events, RelayQueue queue, IOptions<DeliveryOptions> options, TimeProvider time)
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
    public async Task<bool> CancelAsync(Message message, CancellationToken cancellationToken)
    {
        var cancelled = false;
        await writer.TransactAsync(
            async session =>
            {
                var ticket = session.Add(Cancel, message.Id.Value);
                var open = session.Add(FindOpen, message.Id.Value);
                await events.FlushAsync(session, cancellationToken);
                cancelled = ticket.Affected > 0;
                if (cancelled)
                {
                    WriteCancelled(session, message, [.. open.Rows.Cast<string>()]);
                }
            },
            cancellationToken);
        return cancelled;
    }

    private void WriteCancelled(WriteSession session, Message message, List<string> recipients)
    {
        session.Add(CancelRecipients, message.Id.Value);
        session.Add(CancelMessage, message.Id.Value, recipients.Count);
        for (var i = 0; i < recipients.Count; i++)
        {
            var key = EmailAddress.TryParse(recipients[i], out var address, out _) ? address!.Key : recipients[i];
            events.Record(session, new NewEvent(message.ProjectId, EventTypes.MessageCancelled, time.GetUtcNow())
            {
                MessageId = message.Id,
                Tags = message.Tags,
                Metadata = message.Metadata,
                StepsBack = recipients.Count - 1 - i,
                Recipient = recipients[i],
                RecipientKey = key,
            });
        }
    }
}
