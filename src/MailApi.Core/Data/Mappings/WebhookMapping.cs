using MailApi.Core.Domain;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace MailApi.Core.Data.Mappings;

internal sealed class WebhookMapping
    : IEntityTypeConfiguration<Webhook>, IEntityTypeConfiguration<WebhookDelivery>, IEntityTypeConfiguration<WebhookReplay>,
        IEntityTypeConfiguration<Revision>
{
    public void Configure(EntityTypeBuilder<Webhook> builder)
    {
        builder.HasKey(w => w.Id);
        builder.HasIndex(w => new { w.ProjectId, w.Id });
    }

    public void Configure(EntityTypeBuilder<WebhookDelivery> builder)
    {
        builder.HasKey(d => d.Id);
        builder.HasIndex(d => new { d.WebhookId, d.Id });

        // Serve the queue of each endpoint: what is free and due, and what a node holds. Both stay as small as the work.
        builder.HasIndex(d => new { d.WebhookId, d.DueAt }).HasFilter("status = 'pending' AND lease_owner IS NULL");
        builder.HasIndex(d => d.LeaseOwner).HasFilter("lease_owner IS NOT NULL");
        builder.HasIndex(d => new { d.ReplayId, d.Status }).HasFilter("replay_id IS NOT NULL");
    }

    public void Configure(EntityTypeBuilder<WebhookReplay> builder)
    {
        builder.HasKey(r => r.Id);
        builder.HasIndex(r => new { r.WebhookId, r.Id });
        builder.HasIndex(r => r.Status).HasFilter("status = 'running'");
    }

    public void Configure(EntityTypeBuilder<Revision> builder)
    {
        builder.HasKey(r => r.Name);
        builder.HasData(new Revision { Name = Revision.Webhooks, Number = 0 });
    }
}
