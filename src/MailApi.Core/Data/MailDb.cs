using MailApi.Core.Domain;
using Microsoft.EntityFrameworkCore;

namespace MailApi.Core.Data;

/// <summary>
/// The model of the database, for both providers. Reads and rare writes go through it; what happens once per message is
/// written by the group commit.
/// </summary>
public sealed class MailDb(DbContextOptions<MailDb> options) : DbContext(options)
{
    public DbSet<Project> Projects => Set<Project>();

    public DbSet<ApiKey> ApiKeys => Set<ApiKey>();

    public DbSet<Message> Messages => Set<Message>();

    public DbSet<MessageTag> MessageTags => Set<MessageTag>();

    public DbSet<MessageContent> Contents => Set<MessageContent>();

    public DbSet<Recipient> Recipients => Set<Recipient>();

    public DbSet<QueuedDelivery> Deliveries => Set<QueuedDelivery>();

    public DbSet<Attempt> Attempts => Set<Attempt>();

    public DbSet<Event> Events => Set<Event>();

    public DbSet<Suppression> Suppressions => Set<Suppression>();

    public DbSet<SuppressionImport> SuppressionImports => Set<SuppressionImport>();

    public DbSet<SuppressionImportContent> SuppressionImportContents => Set<SuppressionImportContent>();

    public DbSet<IdempotencyKey> IdempotencyKeys => Set<IdempotencyKey>();

    public DbSet<Node> Nodes => Set<Node>();

    public DbSet<MailboxLease> MailboxLeases => Set<MailboxLease>();

    public DbSet<Template> Templates => Set<Template>();

    public DbSet<TemplateVersion> TemplateVersions => Set<TemplateVersion>();

    public DbSet<LiveTemplate> LiveTemplates => Set<LiveTemplate>();

    public DbSet<Webhook> Webhooks => Set<Webhook>();

    public DbSet<WebhookDelivery> WebhookDeliveries => Set<WebhookDelivery>();

    public DbSet<WebhookReplay> WebhookReplays => Set<WebhookReplay>();

    public DbSet<Secret> Secrets => Set<Secret>();

    public DbSet<Revision> Revisions => Set<Revision>();

    public DbSet<HourlyCount> Stats => Set<HourlyCount>();

    public DbSet<StatPosition> StatPositions => Set<StatPosition>();

    /// <summary>Which SQL this context speaks.</summary>
    public DatabaseProvider Provider => Database.IsSqlite() ? DatabaseProvider.Sqlite : DatabaseProvider.Postgres;

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.ApplyConfigurationsFromAssembly(typeof(MailDb).Assembly);
        if (Provider == DatabaseProvider.Postgres)
        {
            modelBuilder.Entity<Event>().Property(e => e.TransactionId)
                .HasDefaultValueSql("pg_current_xact_id()::text::bigint").ValueGeneratedOnAdd();
        }

        SnakeCase.Apply(modelBuilder);
    }

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) =>
        ColumnTypes.Apply(configurationBuilder, Provider);
}
