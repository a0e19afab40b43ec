using MailApi.Core.Data;
using MailApi.Core.Domain;
using MailApi.IntegrationTests.Running;
using Microsoft.EntityFrameworkCore;

namespace MailApi.IntegrationTests.Lists;

/// <summary>
/// A database with three days of a large and a small project: what is common in it is met everywhere, what is rare a
/// few times.
/// </summary>
public abstract class Past(string provider) : IAsyncLifetime
{
    public const int Common = 5_200;
    private const int BatchSize = 500;

    private readonly Random _random = new(1);
    private TestDatabase? _database;
    private Contexts? _databases;

    public DateTimeOffset Now { get; } = TimeProvider.System.GetUtcNow();

    public DateTimeOffset Start => Now.AddDays(-3);

    public Id<Project> Large { get; } = Id<Project>.New(TimeProvider.System.GetUtcNow());

    public Id<Project> Small { get; } = Id<Project>.New(TimeProvider.System.GetUtcNow());

    public Id<Template> Rare { get; } = Id<Template>.New(TimeProvider.System.GetUtcNow());

    public IReadOnlyList<Message> Messages { get; private set; } = [];

    public ILookup<Id<Message>, string> Recipients { get; private set; } = Array.Empty<string>().ToLookup(_ => default(Id<Message>));

    /// <summary>In the order of the list.</summary>
    public IReadOnlyList<Event> Events { get; private set; } = [];

    public TestDatabase Database
    {
        get
        {
            Assert.SkipWhen(_database is null, TestDatabase.NoServer);
            return _database!;
        }
    }

    internal Contexts Databases => new(Database);

    public async ValueTask InitializeAsync()
    {
        if (!TestDatabase.IsAvailable(provider))
        {
            return;
        }

        _database = await TestDatabase.CreateAsync(provider);
        _databases = new Contexts(_database);
        await using (var db = _databases.CreateDbContext())
        {
            await db.Database.MigrateAsync();
            db.Templates.Add(new Template
            {
                Id = Rare,
                ProjectId = Large,
                Slug = "rare",
                Name = "rare",
                DefaultLocale = "",
                LatestVersion = 1,
                CreatedAt = Now,
                UpdatedAt = Now,
            });
            await db.SaveChangesAsync();
        }

        await FillAsync(_databases, Large, 6_500);
        await FillAsync(_databases, Small, 60);
        await using (var db = _databases.CreateDbContext())
        {
            await db.Database.ExecuteSqlRawAsync(provider == "sqlite" ? "SELECT 1" : "VACUUM ANALYZE");
            Messages = await db.Messages.AsNoTracking().OrderBy(m => m.Id).ToListAsync();
            Recipients = (await db.Recipients.AsNoTracking().ToListAsync()).ToLookup(r => r.MessageId, r => r.EmailKey);
            Events = await db.Events.AsNoTracking().OrderBy(e => e.TransactionId).ThenBy(e => e.Id).ToListAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_database is not null)
        {
            await _database.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }

    private async Task FillAsync(Contexts databases, Id<Project> project, int count)
    {
        for (var from = 0; from < count; from += BatchSize)
        {
            await using var db = databases.CreateDbContext();
            for (var i = from; i < Math.Min(count, from + BatchSize); i++)
            {
                Add(db, project, i, Start + (TimeSpan.FromDays(3) * i / count));
            }

            await db.SaveChangesAsync();
        }
    }

    private void Add(MailDb db, Id<Project> project, int number, DateTimeOffset at)
    {
        var (seldom, status) = (number % 1_300 == 7, StatusOf(number));
        var id = IdAt<Message>(at);
        db.Messages.Add(new Message
        {
            Id = id,
            ProjectId = project,
            Status = status,
            Priority = Priority.Normal,
            Sandbox = false,
            FromEmail = seldom ? "seldom@acme.example" : "often@acme.example",
            Subject = "s",
            Tags = [.. number % 2 == 0 ? ["common"] : Array.Empty<string>(), .. seldom ? ["say \"hi\""] : Array.Empty<string>()],
            Size = 1,
            CreatedAt = at,
            SendAt = status is MessageStatus.Scheduled ? (number % 4 == 0 ? Now.AddSeconds(-1) : Now.AddDays(1)) : null,
            TemplateId = seldom && project == Large ? Rare : null,
            TemplateVersion = seldom && project == Large ? 1 : null,
        });
        db.Contents.Add(new MessageContent { MessageId = id, Compressed = false, Mime = [1] });
        var recipient = number % 5 != 0 ? "common@x.example" : $"user{number % 1_000}@x.example";
        db.Recipients.Add(new Recipient
        {
            MessageId = id,
            Position = 0,
            ProjectId = project,
            Email = recipient,
            EmailKey = recipient,
            Kind = RecipientKind.To,
            Status = RecipientStatus.Delivered,
        });
        AddDelivery(db, project, id, number, status);
        AddEvents(db, project, id, number, at, status, recipient);
    }

    /// <summary>What is queued is the latest, a thousand and more in the large project.</summary>
    private static MessageStatus StatusOf(int number) =>
        number % 400 == 3 ? MessageStatus.Scheduled
        : number % 400 == 4 ? MessageStatus.Scheduled
        : number % 400 == 5 ? MessageStatus.Sending
        : number % 400 == 6 ? MessageStatus.Cancelled
        : number is > 5_400 or > 50 and < 60 ? MessageStatus.Queued
        : MessageStatus.Completed;

    private void AddDelivery(MailDb db, Id<Project> project, Id<Message> id, int number, MessageStatus status)
    {
        if (status is MessageStatus.Completed or MessageStatus.Cancelled)
        {
            return;
        }

        var isHeld = status is MessageStatus.Queued && number % 2 == 0;
        db.Deliveries.Add(new QueuedDelivery
        {
            MessageId = id,
            ProjectId = project,
            Priority = (Priority)(number % 3),
            DueAt = status is MessageStatus.Queued ? Now.AddSeconds(_random.Next(-60, 59))
                : status is MessageStatus.Scheduled && number % 4 == 0 ? Now.AddSeconds(-1)
                : Now.AddDays(1),
            ExpiresAt = Now.AddDays(2),
            Attempt = 1,
            LeaseOwner = isHeld ? Guid.NewGuid() : null,
            LeasedAt = isHeld ? Now : null,
        });
    }

    private static void AddEvents(
        MailDb db, Id<Project> project, Id<Message> id, int number, DateTimeOffset at, MessageStatus status, string recipient)
    {
        var sequence = 0;
        void Record(string type, string? whom) => db.Events.Add(new Event
        {
            Id = IdAt<Event>(at),
            ProjectId = project,
            Type = type,
            Timestamp = at,
            MessageId = id,
            Sequence = ++sequence,
            Recipient = whom,
            RecipientKey = whom,
        });
        Record(EventTypes.MessageAccepted, null);
        if (status is MessageStatus.Completed)
        {
            Record(number % 33 == 0 ? EventTypes.MessageBounced : EventTypes.MessageDelivered, recipient);
        }

        if (number % 2_000 == 9)
        {
            Record(EventTypes.MessageComplained, recipient);
        }

        if (number % 33 == 0)
        {
            db.Events.Add(new Event
            {
                Id = IdAt<Event>(at),
                ProjectId = project,
                Type = EventTypes.SuppressionCreated,
                Timestamp = at,
                Recipient = recipient,
                RecipientKey = recipient,
            });
        }
    }

    private static Id<T> IdAt<T>(DateTimeOffset at)
        where T : IIdentified => new(Guid.CreateVersion7(at));
}

public sealed class SqlitePast() : Past("sqlite");

public sealed class PostgresPast() : Past("postgres");
