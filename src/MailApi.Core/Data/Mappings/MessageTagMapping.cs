using MailApi.Core.Domain;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace MailApi.Core.Data.Mappings;

internal sealed class MessageTagMapping : IEntityTypeConfiguration<MessageTag>
{
    public void Configure(EntityTypeBuilder<MessageTag> builder)
    {
        builder.ToTable("message_tags");
        builder.HasKey(t => new { t.ProjectId, t.Tag, t.MessageId });
    }
}
