using MailApi.Core.Data.Events;
using MailApi.Core.Data.Writing;
using MailApi.Core.Domain;

namespace MailApi.Core.Suppressing;

/// <summary>Changes to the addresses that projects do not write to, each with the event that tells of it.</summary>
public sealed class SuppressionList(Writer writer, EventLog events, TimeProvider time)
{
    /// <summary>
    /// Adds entries, all or none; an address that is there already gets the new reason and end. An event tells of each
    /// that is not as it was.
    /// </summary>
    public Task AddAsync(IReadOnlyList<Suppression> entries, CancellationToken cancellationToken) =>
        writer.TransactAsync(session => PutAsync(session, entries, cancellationToken), cancellationToken);

    /// <summary>The same within a transaction; returns those that have changed.</summary>
    internal async Task<IReadOnlyList<Suppression>> PutAsync(
        WriteSession session, IReadOnlyList<Suppression> entries, CancellationToken cancellationToken)
    {
        var put = entries.Select(entry => (Entry: entry, Ticket: session.Add(
            SuppressionStatements.Put, entry.ProjectId.Value, entry.EmailKey, entry.Email, Names.Of(entry.Reason),
            entry.Source, entry.CreatedAt, entry.ExpiresAt))).ToList();
        await events.FlushAsync(session, cancellationToken);
        List<Suppression> changed = [.. put.Where(p => p.Ticket.Affected > 0).Select(p => p.Entry)];
        foreach (var entry in changed)
        {
            events.Record(session, Event(entry, EventTypes.SuppressionCreated));
        }

        return changed;
    }

    /// <summary>Takes an entry off the list; false when it was not there any more.</summary>
    public async Task<bool> RemoveAsync(Suppression entry, CancellationToken cancellationToken)
    {
        var removed = false;
        await writer.TransactAsync(
            async session =>
            {
                var ticket = session.Add(SuppressionStatements.Remove, entry.ProjectId.Value, entry.EmailKey);
                await events.FlushAsync(session, cancellationToken);
                removed = ticket.Affected > 0;
                if (removed)
                {
                    events.Record(session, Event(entry, EventTypes.SuppressionDeleted));
                }
            },
            cancellationToken);
        return removed;
    }

    private NewEvent Event(Suppression entry, string type) => new(entry.ProjectId, type, time.GetUtcNow())
    {
        Recipient = entry.Email,
        RecipientKey = entry.EmailKey,
        Details = new EventDetails { Reason = Names.Of(entry.Reason), Source = entry.Source },
    };
}
