using MailApi.Core.Domain;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace MailApi.Core.Data.Mappings;

internal sealed class EventMapping : IEntityTypeConfiguration<Event>
{
    public void Configure(EntityTypeBuilder<Event> builder)
    {
        builder.HasKey(e => e.Id);
        builder.HasIndex(e => new { e.ProjectId, e.TransactionId, e.Id });
        builder.HasIndex(e => new { e.MessageId, e.Sequence });

        // Those of a message that is delivered at once are in neither.
        builder.HasIndex(e => new { e.ProjectId, e.Type, e.TransactionId, e.Id })
            .HasFilter("type NOT IN ('message.accepted', 'message.delivered')");
        builder.HasIndex(e => new { e.ProjectId, e.RecipientKey, e.TransactionId, e.Id }).HasFilter("message_id IS NULL");
    }
}
