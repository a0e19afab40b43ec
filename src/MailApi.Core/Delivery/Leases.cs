using System.Globalization;
using MailApi.Core.Data;
using MailApi.Core.Data.Writing;
using MailApi.Core.Delivery.Queueing;
using MailApi.Core.Domain;
using Microsoft.EntityFrameworkCore;

namespace MailApi.Core.Delivery;

/// <summary>Takes due deliveries from the table for this node, and gives back what it will not send.</summary>
public sealed class Leases(
    Writer writer,
    IDbContextFactory<MailDb> databases,
    RelayQueue queue,
    ServiceHeaders headers,
    ReturnPaths returnPaths,
    NodeIdentity node,
    Orphans orphans,
    Parking parking,
    TimeProvider time)
{
    private const int BatchSize = 200;
    private const int ProjectsAtOnce = 50;
    private const int ContentsAtOnce = 20;

    // Where the turn of the projects stands in each priority.
    private readonly Guid[] _turns = new Guid[Enum.GetValues<Priority>().Length];

    /// <summary>
    /// Leases what is due, highest priority first, projects in turn, as far as there is room in memory. The lease and the
    /// attempt's number are committed before anything is dialled. Returns how many of the table it has dealt with.
    /// </summary>
    public async Task<int> LeaseDueAsync(CancellationToken cancellationToken)
    {
        await ShedAsync(cancellationToken);
        var leased = 0;
        foreach (var priority in Enum.GetValues<Priority>())
        {
            if (!queue.IsFull(priority))
            {
                leased += await LeaseAsync(priority, cancellationToken);
            }
        }

        return leased;
    }

    /// <summary>Returns deliveries to the table as if they had not been leased, those that are still this node's.</summary>
    public async Task GiveBackAsync(
        IReadOnlyList<(Id<Message> Id, int Attempt)> deliveries, CancellationToken cancellationToken)
    {
        if (deliveries.Count > 0)
        {
            await FreeAsync(deliveries, cancellationToken);
        }
    }

    /// <summary>
    /// A delivery that will not be sent from memory: the next sweep returns it to the table. The database may be the reason,
    /// so nobody waits for it here.
    /// </summary>
    public void LetGo(LeasedDelivery delivery) => orphans.Add(delivery.MessageId, delivery.Attempt);

    /// <summary>Frees what may have been leased by a commit that was never confirmed.</summary>
    public async Task FreeOrphansAsync(CancellationToken cancellationToken)
    {
        var all = orphans.All;
        if (all.Count == 0)
        {
            return;
        }

        var tickets = await FreeAsync(all, cancellationToken);
        for (var i = 0; i < all.Count; i++)
        {
            orphans.Swept(all[i], tickets[i].Affected > 0, time.GetUtcNow());
        }
    }

    private async Task<List<Ticket>> FreeAsync(
        IReadOnlyList<(Id<Message> Id, int Attempt)> deliveries, CancellationToken cancellationToken)
    {
        List<Ticket> tickets = [];
        await writer.TransactAsync(
            session =>
            {
                tickets.AddRange(deliveries.Select(d => session.Add(Statements.GiveBack, d.Id.Value, node.Id, d.Attempt)));
                return Task.CompletedTask;
            },
            cancellationToken);
        return tickets;
    }

    private async Task<int> LeaseAsync(Priority priority, CancellationToken cancellationToken)
    {
        List<Ticket> tickets = [];
        HashSet<Id<Message>> handed = [];
        using var places = new HeldPlaces(queue, priority);
        try
        {
            await TakeAsync(priority, places, tickets, cancellationToken);
            List<Id<Message>> ids = [.. tickets.SelectMany(t => t.Rows).Select(row => Lease(row).Id)];
            return ids.Count == 0 ? 0 : await EnqueueAsync(ids, places, handed, cancellationToken);
        }
        catch
        {
            // The leases may stand in the table, and nobody here is going to send what was not handed over.
            foreach (var (id, attempt) in tickets.SelectMany(t => t.Rows).Select(Lease).Where(l => !handed.Contains(l.Id)))
            {
                orphans.Add(id, attempt);
            }

            throw;
        }
    }

    private Task TakeAsync(
        Priority priority, HeldPlaces places, List<Ticket> tickets, CancellationToken cancellationToken) =>
        writer.TransactAsync(
            async session =>
            {
                places.Clear();
                tickets.Clear();
                var projects = await FindProjectsAsync(session, priority, cancellationToken);
                var limit = Math.Max(1, BatchSize / Math.Max(1, projects.Count));
                foreach (var project in projects)
                {
                    var room = places.Hold(project, limit);
                    if (room > 0)
                    {
                        tickets.Add(session.Add(
                            Statements.Lease, node.Id, time.GetUtcNow(), (int)priority, project.Value, room));
                    }
                }

                // What is leased must be known before the commit: when that is not confirmed, somebody has to free it.
                await session.FlushAsync(cancellationToken);
            },
            cancellationToken);

    /// <summary>Reads <c>message:attempt</c>.</summary>
    private static (Id<Message> Id, int Attempt) Lease(object row)
    {
        var parts = ((string)row).Split(':', 2);
        return (new Id<Message>(Guid.Parse(parts[0])), int.Parse(parts[1], CultureInfo.InvariantCulture));
    }

    /// <summary>The projects whose turn it is; after the last one the first comes again.</summary>
    private async Task<IReadOnlyList<Id<Project>>> FindProjectsAsync(
        WriteSession session, Priority priority, CancellationToken cancellationToken)
    {
        while (true)
        {
            var after = _turns[(int)priority];
            var ticket = session.Add(Statements.FindProjects, (int)priority, time.GetUtcNow(), after, ProjectsAtOnce);
            await session.FlushAsync(cancellationToken);
            List<Guid> found = [.. ticket.Rows.Cast<Guid>()];
            _turns[(int)priority] = found.Count < ProjectsAtOnce ? Guid.Empty : found[^1];
            if (found.Count > 0 || after == Guid.Empty)
            {
                return found.ConvertAll(id => new Id<Project>(id));
            }
        }
    }

    /// <summary>Content is read only for what there is room for: two hundred large messages would not fit.</summary>
    private async Task<int> EnqueueAsync(
        List<Id<Message>> ids, HeldPlaces places, HashSet<Id<Message>> handed, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var rows = await (
            from delivery in db.Deliveries
            where ids.Contains(delivery.MessageId)
            join message in db.Messages on delivery.MessageId equals message.Id
            orderby delivery.DueAt
            select new LeasedRow(delivery, message)).AsNoTracking().ToListAsync(cancellationToken);
        var recipients = (await db.Recipients.AsNoTracking()
            .Where(r => ids.Contains(r.MessageId) && Recipient.Open.Contains(r.Status))
            .OrderBy(r => r.Position).ToListAsync(cancellationToken)).ToLookup(r => r.MessageId);

        var found = rows.ToLookup(row => places.TryReserve(PlaceOf(row.Message, recipients[row.Message.Id])));
        try
        {
            await GiveBackAsync([.. found[Reservation.Full].Select(KeyOf)], cancellationToken);
            await ParkAsync([.. found[Reservation.Congested].Select(KeyOf)], cancellationToken);
            foreach (var batch in found[Reservation.Taken].Chunk(ContentsAtOnce))
            {
                var contents = await ReadContentsAsync(db, batch, cancellationToken);
                foreach (var row in batch)
                {
                    queue.Add(Lease(row, contents[row.Message.Id], recipients[row.Message.Id]));
                    handed.Add(row.Message.Id);
                }
            }
        }
        finally
        {
            foreach (var message in found[Reservation.Taken].Select(r => r.Message).Where(m => !handed.Contains(m.Id)))
            {
                queue.Release(PlaceOf(message, recipients[message.Id]));
            }
        }

        return rows.Count - found[Reservation.Full].Count();
    }

    private static async Task<Dictionary<Id<Message>, MessageContent>> ReadContentsAsync(
        MailDb db, IEnumerable<LeasedRow> rows, CancellationToken cancellationToken)
    {
        var ids = rows.Select(r => r.Message.Id).ToList();
        return await db.Contents.AsNoTracking().Where(c => ids.Contains(c.MessageId))
            .ToDictionaryAsync(c => c.MessageId, cancellationToken);
    }

    /// <summary>What destinations that hang have too much of in memory goes back to the table.</summary>
    private async Task ShedAsync(CancellationToken cancellationToken)
    {
        var surplus = queue.Shed();
        try
        {
            await ParkAsync([.. surplus.Select(d => (d.MessageId, d.Attempt))], cancellationToken);
        }
        catch
        {
            foreach (var delivery in surplus)
            {
                LetGo(delivery);
            }

            throw;
        }
    }

    /// <summary>
    /// Returns deliveries of destinations that hang, to be due a little later, so that what others have in the table does
    /// not stand behind them. Spread out, since the most of them will come to be parked again.
    /// </summary>
    private Task ParkAsync(IReadOnlyList<(Id<Message> Id, int Attempt)> deliveries, CancellationToken cancellationToken) =>
        deliveries.Count == 0 ? Task.CompletedTask : writer.TransactAsync(
            session =>
            {
                foreach (var (id, attempt) in deliveries)
                {
                    session.Add(Statements.Park, id.Value, node.Id, attempt, parking.Next());
                }

                return Task.CompletedTask;
            },
            cancellationToken);

    private static (Id<Message> Id, int Attempt) KeyOf(LeasedRow row) => (row.Message.Id, row.Delivery.Attempt);

    private static Place PlaceOf(Message message, IEnumerable<Recipient> recipients) => new(
        message.ProjectId, message.Priority, recipients.FirstOrDefault() is { } r ? Address(r.Email).Domain : "", message.Size);

    private LeasedDelivery Lease(LeasedRow row, MessageContent content, IEnumerable<Recipient> recipients)
    {
        var (delivery, message) = row;
        return new LeasedDelivery
        {
            MessageId = message.Id,
            ProjectId = message.ProjectId,
            Priority = message.Priority,
            Attempt = delivery.Attempt,
            LeasedAt = delivery.LeasedAt ?? DateTimeOffset.MinValue,
            Sandbox = message.Sandbox,
            Sender = returnPaths.Of(message.Id, Address(message.FromEmail)),
            Recipients = [.. recipients.Select(r => new PendingRecipient(r.Position, Address(r.Email)))],
            Tags = message.Tags,
            Metadata = message.Metadata,
            Prefix = headers.Write(message.Id, message.FromEmail, message.SendAt ?? message.CreatedAt),
            Mime = StoredMime.Unpack(content.Compressed, content.Mime),
            ExpiresAt = delivery.ExpiresAt,
            Bytes = message.Size,
        };
    }

    private static EmailAddress Address(string stored) => EmailAddress.TryParse(stored, out var address, out var error)
        ? address!
        : throw new InvalidOperationException($"A stored address cannot be read: {error}");

    private sealed record LeasedRow(QueuedDelivery Delivery, Message Message);
}
