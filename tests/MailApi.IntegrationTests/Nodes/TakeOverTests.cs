using MailApi.Core.Data;
using MailApi.Core.Data.Events;
using MailApi.Core.Data.Writing;
using MailApi.Core.Delivery;
using MailApi.Core.Delivery.Queueing;
using MailApi.Core.Domain;
using MailApi.IntegrationTests.Running;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace MailApi.IntegrationTests.Nodes;

/// <summary>What is taken from a node that was found dead.</summary>
public sealed class TakeOverTests
{
    private static readonly Guid Gone = Guid.NewGuid();

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task What_a_node_has_leased_since_it_came_back_stays_its_own(string provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider);
        var contexts = new Contexts(database);
        var now = DateTimeOffset.UtcNow;
        var (before, since) = (Id<Message>.New(now), Id<Message>.New(now));
        var (toldBefore, toldSince) = (Id<WebhookDelivery>.New(now), Id<WebhookDelivery>.New(now));
        await using (var db = contexts.CreateDbContext())
        {
            await db.Database.MigrateAsync();
            db.Nodes.Add(new Node { Id = Gone, StartedAt = now.AddHours(-1), AliveUntil = now.AddMinutes(-1) });
            Lease(db, before, toldBefore, at: now.AddMinutes(-2));
            await db.SaveChangesAsync();
        }

        var later = new Meanwhile(contexts, async db =>
        {
            var at = DateTimeOffset.UtcNow;
            (await db.Nodes.SingleAsync(n => n.Id == Gone)).AliveUntil = at.AddMinutes(1);
            Lease(db, since, toldSince, at);
            await db.SaveChangesAsync();
        });
        await TakeOverAsync(contexts, later);

        await using var after = contexts.CreateDbContext();
        var owners = await after.Deliveries.ToDictionaryAsync(d => d.MessageId, d => d.LeaseOwner);
        Assert.Null(owners[before]);
        Assert.Equal(Gone, owners[since]);
        Assert.Equal(before, (await after.Attempts.SingleAsync()).MessageId);
        var tellers = await after.WebhookDeliveries.ToDictionaryAsync(d => d.Id, d => d.LeaseOwner);
        Assert.Null(tellers[toldBefore]);
        Assert.Equal(Gone, tellers[toldSince]);
        Assert.True(await after.Nodes.AnyAsync(n => n.Id == Gone), "A node that lives has been buried.");
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task A_node_that_stays_away_is_forgotten_and_so_are_leases_that_no_node_claims(string provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider);
        var contexts = new Contexts(database);
        var now = DateTimeOffset.UtcNow;
        var id = Id<Message>.New(now);
        await using (var db = contexts.CreateDbContext())
        {
            await db.Database.MigrateAsync();
            db.Nodes.Add(new Node { Id = Guid.NewGuid(), StartedAt = now.AddHours(-1), AliveUntil = now.AddMinutes(-1) });
            Lease(db, id, Id<WebhookDelivery>.New(now), at: now.AddMinutes(-2));
            await db.SaveChangesAsync();
        }

        await TakeOverAsync(contexts, contexts);

        await using var after = contexts.CreateDbContext();
        Assert.Empty(await after.Nodes.ToListAsync());
        Assert.Null((await after.Deliveries.SingleAsync()).LeaseOwner);
        Assert.Null((await after.WebhookDeliveries.SingleAsync()).LeaseOwner);
    }

    /// <summary>The node that is gone holds a message and an event to be told.</summary>
    private static void Lease(MailDb db, Id<Message> message, Id<WebhookDelivery> told, DateTimeOffset at)
    {
        var project = Id<Project>.New(at);
        db.Messages.Add(new Message
        {
            Id = message,
            ProjectId = project,
            Status = MessageStatus.Queued,
            Priority = Priority.Normal,
            Sandbox = false,
            FromEmail = "a@x.example",
            Subject = "s",
            Size = 1,
            CreatedAt = at,
        });
        db.Deliveries.Add(new QueuedDelivery
        {
            MessageId = message,
            ProjectId = project,
            Priority = Priority.Normal,
            DueAt = at,
            ExpiresAt = at.AddDays(1),
            Attempt = 1,
            LeaseOwner = Gone,
            LeasedAt = at,
        });
        db.WebhookDeliveries.Add(new WebhookDelivery
        {
            Id = told,
            WebhookId = Id<Webhook>.New(at),
            ProjectId = project,
            EventId = Id<Event>.New(at),
            EventType = EventTypes.MessageDelivered,
            Status = WebhookDeliveryStatus.Pending,
            DueAt = at,
            CreatedAt = at,
            Attempt = 1,
            LeaseOwner = Gone,
            LeasedAt = at,
        });
    }

    private static async Task TakeOverAsync(Contexts contexts, IDbContextFactory<MailDb> reading)
    {
        var delivery = Options.Create(new DeliveryOptions());
        using var wakes = new EndpointWakes(TimeProvider.System);
        using var queue = new RelayQueue(delivery, TimeProvider.System);
        await using var writer = new Writer(
            contexts.Wrapped, new EventLog(new Listeners(contexts), new FreshEvents(), wakes));
        var takeOvers = new TakeOvers(
            writer, reading, contexts.Wrapped, delivery, queue, new NodeIdentity(TimeProvider.System), TimeProvider.System,
            NullLogger<TakeOvers>.Instance);
        await takeOvers.TakeOverAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Something happens before the first context is handed out: the dead are known by then, and nothing is taken.</summary>
    private sealed class Meanwhile(Contexts contexts, Func<MailDb, Task> happen) : IDbContextFactory<MailDb>
    {
        private bool _happened;

        public MailDb CreateDbContext() => throw new NotSupportedException();

        public async Task<MailDb> CreateDbContextAsync(CancellationToken cancellationToken)
        {
            if (!_happened)
            {
                _happened = true;
                await using var db = contexts.CreateDbContext();
                await happen(db);
            }

            return contexts.CreateDbContext();
        }
    }
}
