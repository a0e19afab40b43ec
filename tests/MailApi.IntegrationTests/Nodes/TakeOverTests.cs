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
        await using (var db = contexts.CreateDbContext())
        {
            await db.Database.MigrateAsync();
            var project = new Project { Id = Id<Project>.New(now), Name = "p", CreatedAt = now };
            db.Projects.Add(project);
            Add(db, project.Id, before, leasedAt: now.AddMinutes(-1));
            Add(db, project.Id, since, leasedAt: now.AddMinutes(1));
            await db.SaveChangesAsync();
        }

        await TakeOverAsync(contexts);

        await using var after = contexts.CreateDbContext();
        var owners = await after.Deliveries.ToDictionaryAsync(d => d.MessageId, d => d.LeaseOwner);
        Assert.Null(owners[before]);
        Assert.Equal(Gone, owners[since]);
        Assert.Equal(before, (await after.Attempts.SingleAsync()).MessageId);
    }

    /// <summary>A node without a row of its own is dead: it has been buried, and leased something afterwards.</summary>
    private static void Add(MailDb db, Id<Project> project, Id<Message> id, DateTimeOffset leasedAt)
    {
        db.Messages.Add(new Message
        {
            Id = id,
            ProjectId = project,
            Status = MessageStatus.Queued,
            Priority = Priority.Normal,
            Sandbox = false,
            FromEmail = "a@x.example",
            Subject = "s",
            Size = 1,
            CreatedAt = leasedAt,
        });
        db.Deliveries.Add(new QueuedDelivery
        {
            MessageId = id,
            ProjectId = project,
            Priority = Priority.Normal,
            DueAt = leasedAt,
            ExpiresAt = leasedAt.AddDays(1),
            Attempt = 1,
            LeaseOwner = Gone,
            LeasedAt = leasedAt,
        });
    }

    private static async Task TakeOverAsync(Contexts contexts)
    {
        var delivery = Options.Create(new DeliveryOptions());
        using var wakes = new EndpointWakes(TimeProvider.System);
        using var queue = new RelayQueue(delivery, TimeProvider.System);
        await using var writer = new Writer(
            contexts.Wrapped, new EventLog(new Listeners(contexts), new FreshEvents(), wakes));
        var takeOvers = new TakeOvers(
            writer, contexts, contexts.Wrapped, delivery, queue, new NodeIdentity(TimeProvider.System), TimeProvider.System,
            NullLogger<TakeOvers>.Instance);
        await takeOvers.TakeOverAsync(TestContext.Current.CancellationToken);
    }
}
