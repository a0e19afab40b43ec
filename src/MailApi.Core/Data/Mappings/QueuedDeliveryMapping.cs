using MailApi.Core.Domain;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace MailApi.Core.Data.Mappings;

internal sealed class QueuedDeliveryMapping : IEntityTypeConfiguration<QueuedDelivery>
{
    public void Configure(EntityTypeBuilder<QueuedDelivery> builder)
    {
        builder.ToTable("deliveries");
        builder.HasKey(d => d.MessageId);

        // Serve the queue: what is free and due, and what a node holds. Both stay as small as the work.
        builder.HasIndex(d => new { d.Priority, d.ProjectId, d.DueAt }).HasFilter("lease_owner IS NULL");
        builder.HasIndex(d => d.LeaseOwner).HasFilter("lease_owner IS NOT NULL");
    }
}
