using MailApi.Core.Domain;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace MailApi.Core.Data.Mappings;

internal sealed class RecipientMapping : IEntityTypeConfiguration<Recipient>
{
    public void Configure(EntityTypeBuilder<Recipient> builder)
    {
        builder.HasKey(r => new { r.MessageId, r.Position });
        builder.Property(r => r.SoftBounced).HasDefaultValue(false);
        builder.HasIndex(r => new { r.ProjectId, r.EmailKey, r.MessageId });
    }
}
