using MailApi.Core.Data;
using MailApi.Core.Domain;
using MailApi.IntegrationTests.Running;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailApi.IntegrationTests.Lists;

/// <summary>What was accepted before there was a table of tags, or by a node that does not know it, is found by tag.</summary>
public sealed class MigrationTests
{
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task Tags_of_all_messages_are_kept_and_forgotten_with_them(string provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider);
        var databases = new Contexts(database);
        await using var db = databases.CreateDbContext();
        await db.GetService<IMigrator>().MigrateAsync("WebhooksFeedbackStats");
        var before = await AddAsync(db, "a", "say \"hi\"", "a");
        await AddAsync(db);
        if (provider == "postgres")
        {
            // As a migration leaves it that was broken off.
            await db.Database.ExecuteSqlRawAsync("CREATE INDEX ix_messages_project_id_status_id ON messages (id)");
        }

        // Nodes that start at the same time; SQLite has one.
        var nodes = Enumerable.Range(0, provider == "postgres" ? 3 : 1).Select(_ => new MigrateSchema(
            databases.Wrapped, TimeProvider.System, NullLogger<MigrateSchema>.Instance).RunAsync(CancellationToken.None));
        await Task.WhenAll(nodes);
        var after = await AddAsync(db, "a");

        Assert.Equal(
            [("a", before), ("a", after), ("say \"hi\"", before)],
            (await db.MessageTags.OrderBy(t => t.Tag).ThenBy(t => t.MessageId).ToListAsync()).Select(t => (t.Tag, t.MessageId)));

        await db.Messages.Where(m => m.Id == before).ExecuteDeleteAsync();
        Assert.Equal(after, (await db.MessageTags.SingleAsync()).MessageId);
    }

    private static async Task<Id<Message>> AddAsync(MailDb db, params string[] tags)
    {
        var message = new Message
        {
            Id = Id<Message>.New(Now),
            ProjectId = Id<Project>.New(Now),
            Status = MessageStatus.Completed,
            Priority = Priority.Normal,
            Sandbox = false,
            FromEmail = "a@x.example",
            Subject = "s",
            Tags = tags,
            Size = 1,
            CreatedAt = Now,
        };
        db.Messages.Add(message);
        await db.SaveChangesAsync();
        return message.Id;
    }
}
