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

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task What_endpoints_were_told_goes_by_age_and_what_they_are_to_be_told_stays(string provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider);
        var databases = new Contexts(database);
        await using var db = databases.CreateDbContext();
        await db.Database.MigrateAsync();
        var (living, disabled) = (AddEndpoint(db, enabled: true), AddEndpoint(db, enabled: false));
        var pending = AddDelivery(db, living, 40, WebhookDeliveryStatus.Pending);
        var fresh = AddDelivery(db, living, 20, WebhookDeliveryStatus.Succeeded);
        for (var i = 1; i <= 3; i++)
        {
            AddDelivery(db, living, 40 + i, WebhookDeliveryStatus.Succeeded);
            AddDelivery(db, living, 50 + i, WebhookDeliveryStatus.Failed);
            AddDelivery(db, disabled, 60 + i, WebhookDeliveryStatus.Pending);
        }

        var running = AddReplay(db, living, 41, WebhookReplayStatus.Running);
        var recent = AddReplay(db, living, 20, WebhookReplayStatus.Completed);
        AddReplay(db, living, 42, WebhookReplayStatus.Completed);
        AddReplay(db, Id<Webhook>.New(Now), 43, WebhookReplayStatus.Running);
        await db.SaveChangesAsync();

        await new PurgeOldMail(
            databases, Options.Create(new RetentionOptions { BatchSize = 2 }), TimeProvider.System,
            NullLogger<PurgeOldMail>.Instance).RunAsync(CancellationToken.None);

        db.ChangeTracker.Clear();
        Assert.Equal(
            new[] { pending, fresh }.Order(), (await db.WebhookDeliveries.Select(d => d.Id).ToListAsync()).Order());
        Assert.Equal(
            new[] { running, recent }.Order(), (await db.WebhookReplays.Select(r => r.Id).ToListAsync()).Order());
    }

    private static Id<Webhook> AddEndpoint(MailDb db, bool enabled)
    {
        var endpoint = new Webhook
        {
            Id = Id<Webhook>.New(Now),
            ProjectId = Id<Project>.New(Now),
            Url = "https://hooks.acme.example/",
            Events = ["*"],
            Secret = [1],
            Enabled = enabled,
            CreatedAt = Now,
        };
        db.Webhooks.Add(endpoint);
        return endpoint.Id;
    }

    private static Id<WebhookDelivery> AddDelivery(
        MailDb db, Id<Webhook> endpoint, int ageInDays, WebhookDeliveryStatus status)
    {
        var at = Now - TimeSpan.FromDays(ageInDays);
        var delivery = new WebhookDelivery
        {
            Id = Id<WebhookDelivery>.LeastAt(at),
            WebhookId = endpoint,
            ProjectId = Id<Project>.New(at),
            EventId = Id<Event>.New(at),
            EventType = EventTypes.MessageDelivered,
            Status = status,
            DueAt = at,
            CreatedAt = at,
            Attempt = 1,
        };
        db.WebhookDeliveries.Add(delivery);
        return delivery.Id;
    }

    private static Id<WebhookReplay> AddReplay(MailDb db, Id<Webhook> endpoint, int ageInDays, WebhookReplayStatus status)
    {
        var at = Now - TimeSpan.FromDays(ageInDays);
        var replay = new WebhookReplay
        {
            Id = Id<WebhookReplay>.LeastAt(at),
            WebhookId = endpoint,
            ProjectId = Id<Project>.New(at),
            Since = at,
            Until = at,
            Types = ["*"],
            Status = status,
            Total = 1,
            Position = Id<Event>.LeastAt(at),
            CreatedAt = at,
        };
        db.WebhookReplays.Add(replay);
        return replay.Id;
    }

    private static Id<Message> Add(MailDb db, int ageInDays, MessageStatus status, bool isQueued = false)
    {
        var at = Now - TimeSpan.FromDays(ageInDays);
        var (id, project) = (new Id<Message>(Guid.CreateVersion7(at)), Id<Project>.New(at));
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
