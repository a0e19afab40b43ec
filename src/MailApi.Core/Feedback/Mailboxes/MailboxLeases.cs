using MailApi.Core.Data;
using MailApi.Core.Data.Writing;
using MailApi.Core.Delivery;
using MailApi.Core.Domain;
using Microsoft.EntityFrameworkCore;

namespace MailApi.Core.Feedback.Mailboxes;

/// <summary>Lets one node at a time read the mailbox: the one that the row names, as long as it is alive.</summary>
public sealed class MailboxLeases(Writer writer, IDbContextFactory<MailDb> databases, NodeIdentity node, TimeProvider time)
{
    /// <summary>name, node, now: takes what nobody has, or a node that has gone.</summary>
    private static readonly Statement Take = new(
        """
        INSERT INTO mailbox_leases (name, owner) VALUES ($1, $2)
        ON CONFLICT (name) DO UPDATE SET owner = excluded.owner
        WHERE mailbox_leases.owner IS NULL OR mailbox_leases.owner = excluded.owner
            OR NOT EXISTS (SELECT 1 FROM nodes WHERE nodes.id = mailbox_leases.owner AND nodes.alive_until >= $3)
        """);

    /// <summary>name, node.</summary>
    private static readonly Statement GiveBack = new(
        "UPDATE mailbox_leases SET owner = NULL WHERE name = $1 AND owner = $2");

    /// <summary>False while another node has it.</summary>
    internal async Task<bool> TakeAsync(CancellationToken cancellationToken)
    {
        Ticket? taken = null;
        await writer.TransactAsync(
            session =>
            {
                taken = session.Add(Take, MailboxLease.Reports, node.Id, time.GetUtcNow());
                return Task.CompletedTask;
            },
            cancellationToken);
        return taken!.Affected > 0;
    }

    /// <summary>False when this node was taken for dead meanwhile, or is about to be.</summary>
    internal async Task<bool> IsHeldAsync(CancellationToken cancellationToken)
    {
        if (time.GetUtcNow() >= node.LeasesHoldUntil)
        {
            return false;
        }

        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return await db.MailboxLeases.AnyAsync(
            l => l.Name == MailboxLease.Reports && l.Owner == node.Id, cancellationToken);
    }

    internal Task GiveBackAsync(CancellationToken cancellationToken) => writer.TransactAsync(
        session =>
        {
            session.Add(GiveBack, MailboxLease.Reports, node.Id);
            return Task.CompletedTask;
        },
        cancellationToken);
}
