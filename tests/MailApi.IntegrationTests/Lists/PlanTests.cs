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
/// looks at: of 6,500 messages a thousand at the most for a page, those that are queued and not asked for.
/// </summary>
public abstract partial class PlanTests(Past past)
{
    private const int FewRows = 1_500;

    private static readonly string[] Large = ["messages", "events", "recipients", "contents", "message_tags"];

    private const string OfProject = "ix_messages_project_id_id (project_id=?";
    private const string ByState = "ix_messages_project_id_status_id (project_id=? AND status=?";
    private const string ByRecipient = "ix_recipients_project_id_email_key_message_id (project_id=? AND email_key=?";
    private const string BySender = "ix_messages_project_id_from_email_id (project_id=? AND from_email=?";
    private const string ByTag = "PRIMARY KEY (project_id=? AND tag=?";
    private const string ByTemplate = "ix_messages_template_id_id (template_id=?";
    private const string InOrder = "ix_events_project_id_transaction_id_id (project_id=? AND transaction_id=?";
    private const string ByType = "ix_events_project_id_type_transaction_id_id (project_id=? AND type=? AND transaction_id=?";
    private const string OfMessage = "ix_events_message_id_sequence (message_id=?";

    /// <summary>A query, and what SQLite says of the way to its answer.</summary>
    public static TheoryData<string, string> MessageQueries { get; } = new()
    {
        { "", $"{OfProject})" },
        { "status=completed", $"{OfProject})" },
        { "status=queued", "INDEX sqlite_autoindex_deliveries_1" },
        { "status=scheduled", $"{ByState})" },
        { "status=sending", $"{ByState})" },
        { "status=cancelled", $"{ByState})" },
        { "status=cancelled&since=SINCE", $"{ByState} AND id>?)" },
        { "recipient=common@x.example", $"{ByRecipient})" },
        { "recipient=user5@x.example", $"{ByRecipient})" },
        { "recipient=user5@x.example&since=SINCE&until=UNTIL", $"{ByRecipient} AND message_id>? AND message_id<?)" },
        { "recipient=common@x.example&tag=say%20%22hi%22", "PRIMARY KEY (project_id=? AND tag=? AND message_id=?)" },
        { "from=often@acme.example", $"{BySender})" },
        { "from=seldom@acme.example", $"{BySender})" },
        { "tag=common", $"{ByTag})" },
        { "tag=say%20%22hi%22", $"{ByTag})" },
        { "tag=say%20%22hi%22&from=often@acme.example", $"{ByTag})" },
        { "template=rare", $"{ByTemplate})" },
        { "since=SINCE", $"{OfProject} AND id>?)" },
        { "since=SINCE&until=UNTIL", $"{OfProject} AND id>? AND id<?)" },
        { "until=UNTIL&order=asc", $"{OfProject} AND id<?)" },
    };

    public static TheoryData<string, string> EventQueries { get; } = new()
    {
        { "", $"{InOrder})" },
        { "order=desc", $"{InOrder})" },
        { "type=message.accepted", $"{InOrder})" },
        { "type=message.delivered", $"{InOrder})" },
        { "type=message.complained", $"{ByType})" },
        { "type=webhook.disabled", $"{ByType})" },
        { "message_id=MESSAGE", $"{OfMessage})" },
        { "message_id=MESSAGE&type=message.accepted", $"{OfMessage})" },
        { "recipient=user0@x.example", $"{OfMessage})" },
        { "recipient=user0@x.example&type=suppression.created", "(project_id=? AND recipient_key=? AND transaction_id=?)" },
        { "recipient=common@x.example", $"{InOrder})" },
        { "since=SINCE", $"{InOrder} AND id>?)" },
        { "since=SINCE&type=message.complained", $"{ByType} AND id>?)" },
        { "since=SINCE&order=desc", $"{InOrder} AND id>?)" },
    };

    [Theory]
    [MemberData(nameof(MessageQueries))]
    public async Task A_page_of_messages_is_found_by_an_index(string query, string way)
    {
        Assert.NotNull(past.Database);
        var plans = new Plans();
        var asking = new Asking(past, plans);
        var page = await asking.MessagesAsync(past.Large, Filled(query));
        Check(plans, query, way);
        if (page.NextCursor is { } cursor)
        {
            await asking.MessagesAsync(past.Large, $"{Filled(query)}&cursor={cursor}");
            Check(plans, query);
        }
    }

    [Theory]
    [MemberData(nameof(EventQueries))]
    public async Task A_page_of_events_is_found_by_an_index(string query, string way)
    {
        Assert.NotNull(past.Database);
        var plans = new Plans();
        var asking = new Asking(past, plans);
        var page = await asking.EventsAsync(past.Large, Filled(query));
        Check(plans, query, way);
        if (page.NextCursor is { } cursor)
        {
            await asking.EventsAsync(past.Large, $"{Filled(query)}&cursor={cursor}");
            Check(plans, query);
        }
    }

    [Fact]
    public async Task Few_queued_messages_are_found_by_their_ids()
    {
        Assert.NotNull(past.Database);
        var plans = new Plans();
        await new Asking(past, plans).MessagesAsync(past.Small, "status=queued");
        Check(plans, "status=queued", "sqlite_autoindex_messages_1 (id=?)");
    }

    /// <summary>The last page is entered where the one before it ended.</summary>
    [Fact]
    public async Task A_reader_that_follows_does_not_go_through_the_past()
    {
        Assert.NotNull(past.Database);
        var last = past.Events.Last(e => e.ProjectId == past.Large);
        var plans = new Plans();
        await new Asking(past, plans).EventsAsync(past.Large, $"cursor={Http.Cursor.EncodeEvent(last)}");
        Check(plans, "cursor", $"{InOrder} AND id>?)");
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

    private static void Check(Plans plans, string query, string? way = null)
    {
        var all = plans.Take();
        foreach (var plan in all.Where(p => !NothingOrFew().IsMatch(p.Sql)))
        {
            foreach (var line in plan.Lines)
            {
                var table = PostgresScan().Match(line).Groups[1].Value is { Length: > 0 } one ? one : TableOf(plan, line);
                Assert.False(Large.Contains(table), $"{query} goes through {table}: {plan}");
            }

            Assert.True(Rows(plan) <= FewRows, $"{query} looks at {Rows(plan)} rows: {plan}");
        }

        var isSqlite = all.Any(p => p.Lines.Any(l => !l.Contains("(actual", StringComparison.Ordinal) && l.StartsWith("SEARCH", StringComparison.Ordinal)));
        Assert.True(
            way is null || !isSqlite || all.Any(p => p.Lines.Any(l => l.Contains(way, StringComparison.Ordinal))),
            $"{query} does not go by {way}: {string.Join('\n', all)}");
    }

    /// <summary>The table that SQLite goes through; a statement gives it a name of its own.</summary>
    private static string TableOf(Plan plan, string line) => SqliteScan().Match(line) is { Success: true } scan
        ? Regex.Match(plan.Sql, $"\"([a-z_]+)\" AS \"{scan.Groups[1].Value}\"").Groups[1].Value
        : "";

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
        .Replace("MESSAGE", past.Messages.First(m => m.ProjectId == past.Large).Id.ToString(), StringComparison.Ordinal);

    /// <summary>A statement that finds nothing, and one that counts, up to a limit.</summary>
    [GeneratedRegex("WHERE (0|FALSE)|SELECT count", RegexOptions.IgnoreCase)]
    private static partial Regex NothingOrFew();

    [GeneratedRegex("^SCAN ([a-z0-9]+)")]
    private static partial Regex SqliteScan();

    [GeneratedRegex("Seq Scan on ([a-z_]+)")]
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
