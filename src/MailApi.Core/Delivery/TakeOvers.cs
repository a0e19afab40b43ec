using MailApi.Core.Data;
using MailApi.Core.Data.Writing;
using MailApi.Core.Delivery.Queueing;
using MailApi.Core.Domain;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MailApi.Core.Delivery;

/// <summary>
/// Keeps this node alive in the eyes of the others, and takes over what nodes that are gone have left: their attempts are
/// recorded as interrupted and the deliveries are due at once.
/// </summary>
public sealed partial class TakeOvers(
    Writer writer,
    IDbContextFactory<MailDb> databases,
    IOptions<DatabaseOptions> database,
    IOptions<DeliveryOptions> options,
    RelayQueue queue,
    NodeIdentity node,
    TimeProvider time,
    ILogger<TakeOvers> logger)
{
    private const int BatchSize = 200;

    /// <summary>Says that this node is alive; its leases hold for <see cref="DeliveryOptions.LeaseTime"/> from now.</summary>
    public async Task LiveAsync(CancellationToken cancellationToken)
    {
        node.LapseWhenLate(time.GetUtcNow());
        var until = time.GetUtcNow() + options.Value.LeaseTime;
        await writer.TransactAsync(
            session =>
            {
                session.Add(Statements.Live, node.Id, node.StartedAt, until);
                return Task.CompletedTask;
            },
            cancellationToken);

        // Once more: the commit itself may have taken too long.
        node.LapseWhenLate(time.GetUtcNow());
        node.HoldUntil(until);
    }

    /// <summary>A stop: others need not wait for the lease to run out.</summary>
    public Task LeaveAsync(CancellationToken cancellationToken) => writer.TransactAsync(
        session =>
        {
            session.Add(Statements.Live, node.Id, node.StartedAt, node.StartedAt);
            return Task.CompletedTask;
        },
        cancellationToken);

    /// <summary>
    /// At start on SQLite, whose file one server alone has locked: every other node is dead, whatever its row says.
    /// </summary>
    public Task TakeOverAtStartAsync(CancellationToken cancellationToken) =>
        database.Value.Provider == DatabaseProvider.Sqlite
            ? TakeOverAsync(time.GetUtcNow() + options.Value.LeaseTime + TimeSpan.FromDays(1), cancellationToken)
            : TakeOverAsync(cancellationToken);

    /// <summary>
    /// Takes over from nodes whose leases have run out. When this node's own had, the database may have been out of reach
    /// for all: the others get a lease's time to say that they live, and to record what they sent meanwhile.
    /// </summary>
    public Task TakeOverAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        return now < node.LapsedAt + options.Value.LeaseTime ? Task.CompletedTask : TakeOverAsync(now, cancellationToken);
    }

    private async Task TakeOverAsync(DateTimeOffset deadBefore, CancellationToken cancellationToken)
    {
        Ticket? dead = null;
        await writer.TransactAsync(
            session =>
            {
                dead = session.Add(Statements.FindDead, deadBefore);
                return Task.CompletedTask;
            },
            cancellationToken);
        foreach (var id in dead!.Rows.Cast<Guid>().Where(id => id != node.Id))
        {
            var taken = await TakeOverFromAsync(id, deadBefore, cancellationToken);
            Log.TookOver(logger, taken, id);
            queue.Wake();
        }
    }

    /// <summary>A node may come back meanwhile: what it has leased since it was found dead is its own.</summary>
    private async Task<int> TakeOverFromAsync(Guid dead, DateTimeOffset deadBefore, CancellationToken cancellationToken)
    {
        var taken = 0;
        while (true)
        {
            await using var db = await databases.CreateDbContextAsync(cancellationToken);
            var deliveries = await db.Deliveries.AsNoTracking()
                .Where(d => d.LeaseOwner == dead && d.LeasedAt <= deadBefore).Take(BatchSize).ToListAsync(cancellationToken);
            if (deliveries.Count == 0)
            {
                break;
            }

            var ids = deliveries.Select(d => d.MessageId).ToList();
            var recipients = (await db.Recipients.AsNoTracking()
                .Where(r => ids.Contains(r.MessageId) && Recipient.Open.Contains(r.Status))
                .OrderBy(r => r.Position).ToListAsync(cancellationToken)).ToLookup(r => r.MessageId, r => r.Email);
            await writer.TransactAsync(
                session => TakeOverAsync(session, dead, deliveries, recipients, cancellationToken), cancellationToken);
            taken += deliveries.Count;
        }

        await writer.TransactAsync(
            session =>
            {
                session.Add(Statements.FreeWebhookDeliveries, dead, deadBefore);
                session.Add(Statements.Bury, dead, deadBefore);
                return Task.CompletedTask;
            },
            cancellationToken);
        return taken;
    }

    /// <summary>Another node may be doing the same: only rows that were still the dead node's count.</summary>
    private async Task TakeOverAsync(
        WriteSession session,
        Guid dead,
        List<QueuedDelivery> deliveries,
        ILookup<Id<Message>, string> recipients,
        CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var tickets = deliveries.ConvertAll(d => (Delivery: d, Ticket: session.Add(
            Statements.TakeOver, d.MessageId.Value, dead, d.Attempt, now)));
        await session.FlushAsync(cancellationToken);
        foreach (var (delivery, ticket) in tickets)
        {
            if (ticket.Affected > 0)
            {
                session.Add(
                    Statements.InsertAttempt, UuidV7.Create(now), delivery.MessageId.Value, delivery.Attempt,
                    Names.Of(AttemptOutcome.Interrupted), JsonColumn.Write([.. recipients[delivery.MessageId]]),
                    delivery.LeasedAt ?? now, now, null, null, null, null, null, null,
                    "The process ended before the outcome was recorded; the message may have been delivered.");
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Took over {Count} deliveries from node {Node}, which is gone")]
        public static partial void TookOver(ILogger logger, int count, Guid node);
    }
}
