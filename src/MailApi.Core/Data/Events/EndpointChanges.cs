using MailApi.Core.Domain;
using Microsoft.EntityFrameworkCore;

namespace MailApi.Core.Data.Events;

/// <summary>Saves changes to endpoints so that whoever records an event afterwards, on any node, knows of them.</summary>
public static class EndpointChanges
{
    public static async Task SaveEndpointsAsync(this MailDb db, CancellationToken cancellationToken)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await db.SaveChangesAsync(cancellationToken);
        await db.Revisions.Where(r => r.Name == Revision.Webhooks)
            .ExecuteUpdateAsync(r => r.SetProperty(x => x.Number, x => x.Number + 1), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }
}
