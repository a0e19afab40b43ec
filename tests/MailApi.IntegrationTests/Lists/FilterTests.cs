using MailApi.Core.Domain;

namespace MailApi.IntegrationTests.Lists;

/// <summary>Every filter, alone and with every other, answers what a look at all rows does, page after page.</summary>
public abstract class FilterTests(Past past)
{
    private readonly Asking _asking = new(past);

    [Fact]
    public async Task Messages_are_those_that_match_in_the_order_of_their_ids()
    {
        _ = past.Database;
        var filters = MessageFilters();
        for (var i = 0; i < filters.Count; i++)
        {
            for (var j = i; j < filters.Count; j++)
            {
                await CheckMessagesAsync(past.Large, (i + j) % 2 == 0 ? "asc" : "desc", filters[i], filters[j]);
            }

            await CheckMessagesAsync(past.Small, "desc", filters[i]);
        }

        await CheckMessagesAsync(past.Large, "asc");
        await CheckMessagesAsync(past.Small, "desc");
    }

    [Fact]
    public async Task Events_are_those_that_match_in_the_order_of_their_commits()
    {
        _ = past.Database;
        var filters = EventFilters();
        for (var i = 0; i < filters.Count; i++)
        {
            for (var j = i; j < filters.Count; j++)
            {
                await CheckEventsAsync(past.Large, (i + j) % 2 == 0 ? "asc" : "desc", filters[i], filters[j]);
            }

            await CheckEventsAsync(past.Small, "asc", filters[i]);
        }

        await CheckEventsAsync(past.Large, "desc");
        await CheckEventsAsync(past.Small, "asc");
    }

    private List<Filter<Message>> MessageFilters() =>
    [
        new("status=completed", m => m.StatusAt(past.Now) == MessageStatus.Completed),
        new("status=queued", m => m.StatusAt(past.Now) == MessageStatus.Queued),
        new("status=scheduled", m => m.StatusAt(past.Now) == MessageStatus.Scheduled),
        new("status=sending", m => m.Status == MessageStatus.Sending),
        new("status=cancelled", m => m.Status == MessageStatus.Cancelled),
        new("recipient=common@x.example", m => past.Recipients[m.Id].Contains("common@x.example")),
        new("recipient=user5@x.example", m => past.Recipients[m.Id].Contains("user5@x.example")),
        new("from=often@acme.example", m => m.FromEmail == "often@acme.example"),
        new("from=seldom@acme.example", m => m.FromEmail == "seldom@acme.example"),
        new("tag=common", m => m.Tags.Contains("common")),
        new("tag=say%20%22hi%22", m => m.Tags.Contains("say \"hi\"")),
        new("template=rare", m => m.ProjectId == past.Large && m.TemplateId == past.Rare),
        new($"template={past.Rare}", m => m.TemplateId == past.Rare),
        new($"since={Time(1)}&until={Time(1.2)}", m => m.CreatedAt >= At(1) && m.CreatedAt < At(1.2)),
        new($"until={Time(0.5)}", m => m.CreatedAt < At(0.5)),
    ];

    private List<Filter<Event>> EventFilters()
    {
        var message = past.Messages.First(m => m.ProjectId == past.Large).Id;
        return
        [
            new("type=message.accepted", e => e.Type == EventTypes.MessageAccepted),
            new("type=message.delivered", e => e.Type == EventTypes.MessageDelivered),
            new("type=message.complained", e => e.Type == EventTypes.MessageComplained),
            new("type=suppression.created", e => e.Type == EventTypes.SuppressionCreated),
            new("type=webhook.disabled", e => e.Type == EventTypes.WebhookDisabled),
            new($"message_id={message}", e => e.MessageId == message),
            new("recipient=common@x.example", e => e.RecipientKey == "common@x.example"),
            new("recipient=user0@x.example", e => e.RecipientKey == "user0@x.example"),
            new($"since={Time(1.5)}", e => e.Timestamp >= At(1.5)),
        ];
    }

    private async Task CheckMessagesAsync(Id<Project> project, string order, params Filter<Message>[] filters)
    {
        var query = Query(order, filters);
        if (query is null)
        {
            return;
        }

        var expected = past.Messages.Where(m => m.ProjectId == project && Array.TrueForAll(filters, f => f.Matches(m)))
            .Select(m => m.Id);
        var seen = await Asking.WalkAsync(q => _asking.MessagesAsync(project, q), query, m => m.Id);
        Assert.True((order == "asc" ? expected : expected.Reverse()).SequenceEqual(seen), query);
    }

    private async Task CheckEventsAsync(Id<Project> project, string order, params Filter<Event>[] filters)
    {
        var query = Query(order, filters);
        if (query is null)
        {
            return;
        }

        var expected = past.Events.Where(e => e.ProjectId == project && Array.TrueForAll(filters, f => f.Matches(e)))
            .Select(e => e.Id);
        var seen = await Asking.WalkAsync(q => _asking.EventsAsync(project, q), query, e => e.Id);
        Assert.True((order == "asc" ? expected : expected.Reverse()).SequenceEqual(seen), query);
    }

    /// <summary>Null when both say something of the same field.</summary>
    private static string? Query<T>(string order, Filter<T>[] filters)
    {
        var parts = filters.Select(f => f.Query).Distinct().ToList();
        var names = string.Join('&', parts).Split('&').Select(p => p.Split('=')[0]).ToList();
        return names.Distinct().Count() < names.Count && parts.Count > 1 ? null : $"order={order}&{string.Join('&', parts)}";
    }

    private DateTimeOffset At(double days)
    {
        var at = past.Start.AddDays(days);
        return at.AddTicks(-(at.Ticks % TimeSpan.TicksPerMillisecond));
    }

    private string Time(double days) => $"{At(days).UtcDateTime:yyyy-MM-dd'T'HH:mm:ss.fff'Z'}";

    private sealed record Filter<T>(string Query, Func<T, bool> Matches);
}

public sealed class SqliteFilterTests(SqlitePast past) : FilterTests(past), IClassFixture<SqlitePast>;

public sealed class PostgresFilterTests(PostgresPast past) : FilterTests(past), IClassFixture<PostgresPast>;
