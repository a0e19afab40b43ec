using MailApi.Core.Domain;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace MailApi.Core.Data.Mappings;

internal sealed class MessageMapping : IEntityTypeConfiguration<Message>
{
    public void Configure(EntityTypeBuilder<Message> builder)
    {
        builder.HasKey(m => m.Id);
        builder.HasIndex(m => new { m.ProjectId, m.Id });
        builder.HasIndex(m => new { m.ProjectId, m.FromEmail, m.Id });
        builder.HasIndex(m => new { m.TemplateId, m.Id }).HasFilter("template_id IS NOT NULL");

        // A message that is delivered at once is never in it.
        builder.HasIndex(m => new { m.ProjectId, m.Status, m.Id }).HasFilter("status NOT IN ('queued', 'completed')");
    }
}
