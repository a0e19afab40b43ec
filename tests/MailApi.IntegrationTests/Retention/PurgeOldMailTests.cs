using MailApi.Core.Data;
using MailApi.Core.Domain;
using MailApi.Core.Retention;
using MailApi.IntegrationTests.Running;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace MailApi.IntegrationTests.Retention;

/// <summary>What has reached its end is forgotten by age, in small batches; what has not is never touched.</summary>
public sealed class PurgeOldMailTests
{
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task Content_goes_first_then_the_log_and_the_unsent_stays(string provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider);
        var databases = new Contexts(database);
        await using var db = databases.CreateDbContext();
        await db.Database.MigrateAsync();
        var ancient = Enumerable.Range(0, 5).Select(_ => Add(db, 100, MessageStatus.Completed)).ToList();
        var old = Add(db, 40, MessageStatus.Completed);
        var unsent = Add(db, 100, MessageStatus.Sending, isQueued: true);
        var fresh = Add(db, 1, MessageStatus.Completed);
        db.Stats.AddRange(new[] { 401, 402, 399 }.Select(age => new HourlyCount
        {
            ProjectId = Id<Project>.New(Now),
            Dimension = StatDimension.Total,
            Hour = (int)((Now - TimeSpan.FromDays(age)).ToUnixTimeSeconds() / 3_600),
            Key = "",
        }));
        await db.SaveChangesAsync();

        var purge = new PurgeOldMail(
            databases, Options.Create(new RetentionOptions { BatchSize = 2 }), TimeProvider.System, NullLogger<PurgeOldMail>.Instance);
        await purge.RunAsync(CancellationToken.None);
        await purge.RunAsync(CancellationToken.None);

        db.ChangeTracker.Clear();
        Assert.Equal(
            new[] { old, unsent, fresh }.Order(), (await db.Messages.Select(m => m.Id).ToListAsync()).Order());
        Assert.Equal(
            new[] { unsent, fresh }.Order(), (await db.Contents.Select(c => c.MessageId).ToListAsync()).Order());
        Assert.Equal(3, await db.Recipients.CountAsync());
        Assert.False(await db.Recipients.AnyAsync(r => ancient.Contains(r.MessageId)));
        Assert.Equal(1, await db.Deliveries.CountAsync());
        Assert.Equal(1, await db.Stats.CountAsync());
    }

    private static Id<Message> Add(MailDb db, int ageInDays, MessageStatus status, bool isQueued = false)
    {
        var at = Now - TimeSpan.FromDays(ageInDays);
        var (id, project) = (Id<Message>.New(at), Id<Project>.New(at));
        db.Messages.Add(new Message
        {
            Id = id,
            ProjectId = project,
            Status = status,
            Priority = Priority.Normal,
            Sandbox = false,
            FromEmail = "a@x.example",
            Subject = "s",
            Size = 1,
            CreatedAt = at,
        });
        db.Contents.Add(new MessageContent { MessageId = id, Compressed = false, Mime = [1] });
        db.Recipients.Add(new Recipient
        {
            MessageId = id,
            Position = 0,
            ProjectId = project,
            Email = "b@x.example",
            EmailKey = "b@x.example",
            Kind = RecipientKind.To,
            Status = isQueued ? RecipientStatus.Deferred : RecipientStatus.Delivered,
        });
        if (isQueued)
        {
            db.Deliveries.Add(new QueuedDelivery
            {
                MessageId = id,
                ProjectId = project,
                Priority = Priority.Normal,
                DueAt = at,
                ExpiresAt = at,
                Attempt = 1,
            });
        }

        return id;
    }
}
