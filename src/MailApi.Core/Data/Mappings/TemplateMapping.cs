using MailApi.Core.Domain;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace MailApi.Core.Data.Mappings;

internal sealed class TemplateMapping
    : IEntityTypeConfiguration<Template>, IEntityTypeConfiguration<TemplateVersion>, IEntityTypeConfiguration<LiveTemplate>
{
    public void Configure(EntityTypeBuilder<Template> builder)
    {
        builder.HasKey(t => t.Id);
        builder.HasIndex(t => new { t.ProjectId, t.Slug }).IsUnique();
        builder.HasIndex(t => new { t.ProjectId, t.Id });

        // Two who add a version at the same time: the second looks again.
        builder.Property(t => t.LatestVersion).IsConcurrencyToken();
    }

    public void Configure(EntityTypeBuilder<TemplateVersion> builder)
    {
        builder.HasKey(v => new { v.TemplateId, v.Number });
        builder.Ignore(v => v.Content);
        builder.HasOne<Template>().WithMany().HasForeignKey(v => v.TemplateId).OnDelete(DeleteBehavior.Cascade);
    }

    public void Configure(EntityTypeBuilder<LiveTemplate> builder)
    {
        builder.HasKey(l => new { l.TemplateId, l.Locale });
        builder.HasOne<Template>().WithMany().HasForeignKey(l => l.TemplateId).OnDelete(DeleteBehavior.Cascade);
    }
}
