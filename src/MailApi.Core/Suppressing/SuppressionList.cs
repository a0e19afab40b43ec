using MailApi.Core.Data.Events;
using MailApi.Core.Data.Writing;
using MailApi.Core.Domain;

namespace MailApi.Core.Suppressing;

/// <summary>Changes to the addresses that projects do not write to, each with the event that tells of it.</summary>
public sealed class SuppressionList(Writer writer, EventLog events, TimeProvider time)
{
    /// <summary>Adds entries, all or none; an address that is there already gets the new reason and end.</summary>
    public Task AddAsync(IReadOnlyList<Suppression> entries, CancellationToken cancellationToken) => writer.TransactAsync(
        async session =>
        {
            await events.FlushAsync(session, cancellationToken);
            foreach (var entry in entries)
            {
                events.RecordSuppression(session, Event(entry, EventTypes.SuppressionCreated));
                session.Add(
                    SuppressionStatements.Put, entry.ProjectId.Value, entry.EmailKey, entry.Email, Names.Of(entry.Reason),
                    entry.Source, entry.CreatedAt, entry.ExpiresAt);
            }
        },
        cancellationToken);

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
