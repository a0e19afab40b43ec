using MailApi.Core.Domain;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace MailApi.Core.Data.Mappings;

internal sealed class SuppressionImportMapping
    : IEntityTypeConfiguration<SuppressionImport>, IEntityTypeConfiguration<SuppressionImportContent>
{
    public void Configure(EntityTypeBuilder<SuppressionImport> builder)
    {
        builder.HasKey(i => i.Id);
        builder.HasIndex(i => new { i.ProjectId, i.Id });
        builder.HasIndex(i => i.Status).HasFilter("status = 'running'");
    }

    public void Configure(EntityTypeBuilder<SuppressionImportContent> builder) => builder.HasKey(c => c.ImportId);
}
