using MailApi.Core.Domain;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace MailApi.Core.Data.Mappings;

internal sealed class HourlyCountMapping : IEntityTypeConfiguration<HourlyCount>, IEntityTypeConfiguration<StatPosition>
{
    public void Configure(EntityTypeBuilder<HourlyCount> builder)
    {
        builder.ToTable("stats");
        builder.HasKey(c => new { c.ProjectId, c.Dimension, c.Hour, c.Key });

        // Serves what is forgotten by age.
        builder.HasIndex(c => c.Hour);
    }

    public void Configure(EntityTypeBuilder<StatPosition> builder)
    {
        builder.ToTable("stat_positions");
        builder.HasKey(p => p.ProjectId);
    }
}
