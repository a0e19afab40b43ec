using MailApi.Core.Data;
using MailApi.Core.Data.Events;
using MailApi.Core.Data.Writing;
using MailApi.Core.Domain;
using MailApi.Core.Stats;
using MailApi.IntegrationTests.Running;
using Microsoft.EntityFrameworkCore;

namespace MailApi.IntegrationTests.Stats;

/// <summary>Folding changes where the numbers come from, and never the numbers.</summary>
public sealed class FoldEventsTests
{
    private const int Hour = 480_000;
    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch.AddHours(Hour);

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task The_answer_is_the_same_before_and_after(string provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider);
        var (contexts, project) = await PrepareAsync(database);
        await AddAsync(contexts, project, EventTypes.MessageAccepted, Start, "welcome");
        await AddAsync(contexts, project, EventTypes.MessageDelivered, Start, "welcome");
        var before = await ReadAsync(contexts, project, StatDimension.Tag);
        Assert.Equal(["480000 welcome 1 1 0"], before);

        await FoldAsync(contexts);
        Assert.Equal(before, await ReadAsync(contexts, project, StatDimension.Tag));
        await using var db = contexts.CreateDbContext();
        Assert.Equal(1, (await db.Stats.SingleAsync(s => s.Dimension == StatDimension.Tag)).Delivered);
        Assert.Equal(["480000 x.example 0 1 0"], await ReadAsync(contexts, project, StatDimension.Domain));

        // Late news counts in its own hour, and on top of what has been folded; folding again adds nothing.
        await AddAsync(contexts, project, EventTypes.MessageBounced, Start.AddHours(1), "welcome");
        await AddAsync(contexts, project, EventTypes.MessageDelivered, Start, "welcome");
        string[] after = ["480000 welcome 1 2 0", "480001 welcome 0 0 1"];
        Assert.Equal(after, await ReadAsync(contexts, project, StatDimension.Tag));
        await FoldAsync(contexts);
        await FoldAsync(contexts);
        Assert.Equal(after, await ReadAsync(contexts, project, StatDimension.Tag));
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task Several_nodes_that_fold_at_once_count_once(string provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider);
        var (contexts, project) = await PrepareAsync(database);
        await AddAsync(contexts, project, EventTypes.MessageDelivered, Start, [.. Enumerable.Repeat("x", 3_500)]);

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => FoldAsync(contexts))));

        await using var db = contexts.CreateDbContext();
        Assert.Equal(3_500, (await db.Stats.SingleAsync(s => s.Dimension == StatDimension.Total)).Delivered);
        Assert.Equal(["480000 x 0 3500 0"], await ReadAsync(contexts, project, StatDimension.Tag));
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task Keys_beyond_the_limit_share_one(string provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider);
        var (contexts, project) = await PrepareAsync(database);
        await AddAsync(contexts, project, EventTypes.MessageDelivered, Start, [.. Enumerable.Range(0, 300).Select(i => $"t{i}")]);
        await FoldAsync(contexts);
        await AddAsync(contexts, project, EventTypes.MessageDelivered, Start, [.. Enumerable.Range(100, 600).Select(i => $"t{i}")]);
        await FoldAsync(contexts);

        var rows = await ReadAsync(contexts, project, StatDimension.Tag);
        Assert.Equal(501, rows.Count);
        Assert.Contains("480000 other 0 200 0", rows);
        Assert.Contains("480000 t100 0 2 0", rows);
    }

    [Fact]
    public async Task An_event_of_a_transaction_that_is_still_open_is_not_passed()
    {
        await using var database = await TestDatabase.CreateAsync("postgres");
        var (contexts, project) = await PrepareAsync(database);
        await using var late = contexts.CreateDbContext();
        await using var open = await late.Database.BeginTransactionAsync();
        Add(late, project, EventTypes.MessageDelivered, Start, "late");
        await late.SaveChangesAsync();
        await AddAsync(contexts, project, EventTypes.MessageDelivered, Start, "early");
        await FoldAsync(contexts);
        await open.CommitAsync();

        string[] both = ["480000 early 0 1 0", "480000 late 0 1 0"];
        Assert.Equal(both, await ReadAsync(contexts, project, StatDimension.Tag));
        await FoldAsync(contexts);
        Assert.Equal(both, await ReadAsync(contexts, project, StatDimension.Tag));
    }

    private static async Task<(Contexts Contexts, Id<Project> Project)> PrepareAsync(TestDatabase database)
    {
        var contexts = new Contexts(database);
        await using var db = contexts.CreateDbContext();
        await db.Database.MigrateAsync();
        var project = new Project { Id = Id<Project>.New(Start), Name = "p", CreatedAt = Start };
        db.Projects.Add(project);
        await db.SaveChangesAsync();
        return (contexts, project.Id);
    }

    private static async Task AddAsync(
        Contexts contexts, Id<Project> project, string type, DateTimeOffset at, params string[] tags)
    {
        await using var db = contexts.CreateDbContext();
        foreach (var tag in tags)
        {
            Add(db, project, type, at, tag);
        }

        await db.SaveChangesAsync();
    }

    private static void Add(MailDb db, Id<Project> project, string type, DateTimeOffset at, string tag)
    {
        var message = new Message
        {
            Id = Id<Message>.New(at),
            ProjectId = project,
            Status = MessageStatus.Completed,
            Priority = Priority.Normal,
            Sandbox = false,
            FromEmail = "a@x.example",
            Subject = "s",
            Tags = [tag],
            Size = 1,
            CreatedAt = at,
        };
        db.Messages.Add(message);
        db.Events.Add(new Event
        {
            Id = Id<Event>.New(at),
            ProjectId = project,
            Type = type,
            Timestamp = at,
            MessageId = message.Id,
            RecipientKey = "\"b@c\"@x.example",
        });
    }

    private static async Task FoldAsync(Contexts contexts)
    {
        using var wakes = new EndpointWakes(TimeProvider.System);
        await using var writer = new Writer(
            contexts.Wrapped, new EventLog(new Listeners(contexts), new FreshEvents(), wakes));
        await new FoldEvents(contexts, writer).RunAsync(CancellationToken.None);
    }

    /// <summary>Each row as <c>interval key accepted delivered bounced</c>.</summary>
    private static async Task<List<string>> ReadAsync(Contexts contexts, Id<Project> project, StatDimension dimension)
    {
        var page = await new ReadStats(contexts, TimeProvider.System).RunAsync(
            new StatQuery(project, dimension, Hour - 24, Hour + 24, 1, null, 1_000), CancellationToken.None);
        Assert.False(page.HasMore);
        return [.. page.Rows.Select(r =>
            $"{r.Place.Interval} {r.Place.Key} {r.Counts.Accepted} {r.Counts.Delivered} {r.Counts.BouncedUndetermined}")];
    }
}
