using System.Globalization;
using System.Text.RegularExpressions;
using MailApi.Core.Data;
using MailApi.Core.Retention;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace MailApi.IntegrationTests.Lists;

/// <summary>
/// No list goes through all of a large table. SQLite says what it would do; PostgreSQL does it, and counts the rows that it
/// looks at: of 6,500 messages a few hundred at the most for a page.
/// </summary>
public abstract partial class PlanTests(Past past)
{
    private const int FewRows = 600;

    public static TheoryData<string> MessageQueries { get; } =
    [
        "", "status=completed", "status=queued", "status=scheduled", "status=sending", "status=cancelled",
        "recipient=common@x.example", "recipient=user5@x.example", "from=often@acme.example", "from=seldom@acme.example",
        "tag=common", "tag=say%20%22hi%22", "template=rare", "since=SINCE", "since=SINCE&until=UNTIL", "until=UNTIL&order=asc",
        "recipient=common@x.example&tag=say%20%22hi%22", "recipient=user5@x.example&since=SINCE&until=UNTIL",
        "tag=say%20%22hi%22&from=often@acme.example", "status=cancelled&since=SINCE",
    ];

    public static TheoryData<string> EventQueries { get; } =
    [
        "", "order=desc", "type=message.accepted", "type=message.delivered", "type=message.complained", "type=webhook.disabled",
        "message_id=MESSAGE", "message_id=MESSAGE&type=message.accepted", "recipient=user0@x.example", "since=SINCE",
        "since=SINCE&type=message.complained", "since=SINCE&order=desc",
    ];

    [Theory]
    [MemberData(nameof(MessageQueries))]
    public async Task A_page_of_messages_is_found_by_an_index(string query)
    {
        var plans = new Plans();
        var asking = new Asking(past, plans);
        var page = await asking.MessagesAsync(past.Database is null ? default : past.Large, Filled(query));
        Check(plans, query);
        if (page.NextCursor is { } cursor)
        {
            await asking.MessagesAsync(past.Large, $"{Filled(query)}&cursor={cursor}");
            Check(plans, query);
        }
    }

    [Theory]
    [MemberData(nameof(EventQueries))]
    public async Task A_page_of_events_is_found_by_an_index(string query)
    {
        var plans = new Plans();
        var asking = new Asking(past, plans);
        var page = await asking.EventsAsync(past.Database is null ? default : past.Large, Filled(query));
        Check(plans, query);
        if (page.NextCursor is { } cursor)
        {
            await asking.EventsAsync(past.Large, $"{Filled(query)}&cursor={cursor}");
            Check(plans, query);
        }
    }

    /// <summary>The last page is entered where the one before it ended.</summary>
    [Fact]
    public async Task A_reader_that_follows_does_not_go_through_the_past()
    {
        var last = past.Database is null ? null : past.Events.Last(e => e.ProjectId == past.Large);
        var plans = new Plans();
        await new Asking(past, plans).EventsAsync(past.Large, $"cursor={Http.Cursor.EncodeEvent(last!)}");
        Check(plans, "cursor");
    }

    [Fact]
    public async Task Nothing_is_gone_through_when_nothing_is_to_be_forgotten()
    {
        var plans = new Plans();
        var databases = new Watched(past, plans);
        await new PurgeOldMail(
            databases, Options.Create(new RetentionOptions()), TimeProvider.System, NullLogger<PurgeOldMail>.Instance)
            .RunAsync(TestContext.Current.CancellationToken);
        Check(plans, "retention");
    }

    private static void Check(Plans plans, string query)
    {
        foreach (var plan in plans.Take())
        {
            foreach (var line in plan.Lines)
            {
                var scan = SqliteScan().Match(line) is { Success: true } one ? one : PostgresScan().Match(line);
                Assert.False(scan.Success, $"{query} goes through {scan.Groups[1].Value}: {plan}");
            }

            Assert.True(Rows(plan) <= FewRows, $"{query} looks at {Rows(plan)} rows: {plan}");
        }
    }

    /// <summary>Rows that PostgreSQL has read from tables and indexes, those that did not match included.</summary>
    private static double Rows(Plan plan)
    {
        var (sum, loops, scans) = (0.0, 1.0, false);
        foreach (var line in plan.Lines)
        {
            if (Node().Match(line) is { Success: true } node)
            {
                scans = line.Contains(" Scan ", StringComparison.Ordinal) && !line.Contains(" on deliveries", StringComparison.Ordinal);
                loops = Number(node.Groups[2]);
                sum += scans ? Number(node.Groups[1]) * loops : 0;
            }
            else if (scans && Removed().Match(line) is { Success: true } removed)
            {
                sum += Number(removed.Groups[1]) * loops;
            }
        }

        return sum;
    }

    private static double Number(Group group) => double.Parse(group.Value, CultureInfo.InvariantCulture);

    private string Filled(string query) => query
        .Replace("SINCE", $"{past.Start.AddDays(1).UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}", StringComparison.Ordinal)
        .Replace("UNTIL", $"{past.Start.AddDays(1.04).UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}", StringComparison.Ordinal)
        .Replace("MESSAGE", past.Messages[past.Messages.Count / 2].Id.ToString(), StringComparison.Ordinal);

    /// <summary>A walk in the order of an index that holds nothing else is a search of its own; this one has no condition.</summary>
    [GeneratedRegex("^SCAN (?!constant)([a-z]+)(?! USING INDEX ix_deliveries_lease_owner)")]
    private static partial Regex SqliteScan();

    [GeneratedRegex("Seq Scan on (messages|events|recipients|contents|message_tags)")]
    private static partial Regex PostgresScan();

    [GeneratedRegex(@"\(actual rows=([\d.]+) loops=(\d+)\)")]
    private static partial Regex Node();

    [GeneratedRegex(@"Rows Removed by (?:Filter|Index Recheck): (\d+)")]
    private static partial Regex Removed();

    private sealed class Watched(Past past, Plans plans) : IDbContextFactory<MailDb>
    {
        public MailDb CreateDbContext()
        {
            var builder = new DbContextOptionsBuilder<MailDb>();
            DatabaseSetup.Configure(builder, past.Databases.Options);
            builder.AddInterceptors(plans);
            return new MailDb(builder.Options);
        }
    }
}

public sealed class SqlitePlanTests(SqlitePast past) : PlanTests(past), IClassFixture<SqlitePast>;

public sealed class PostgresPlanTests(PostgresPast past) : PlanTests(past), IClassFixture<PostgresPast>;
