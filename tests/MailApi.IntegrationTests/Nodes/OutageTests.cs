using System.Diagnostics;
using MailApi.Benchmarks.LoadTool.Peers;
using MailApi.IntegrationTests.Running;
using MailApi.IntegrationTests.Smtp;
using Npgsql;

namespace MailApi.IntegrationTests.Nodes;

/// <summary>
/// The database goes for half a minute while mail is under way: callers hear of it at once, nothing is lost, and soon after
/// its return all is sent.
/// </summary>
public abstract class OutageTests
{
    private const int Sessions = 4;
    private static readonly TimeSpan Outage = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan DrainedAfter = TimeSpan.FromSeconds(30);

    private protected static async Task RunAsync(TestDatabase database, Func<Task> lose, Func<Task> restore)
    {
        var lost = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var relay = await ScriptedSmtpServer.StartAsync(new SmtpScript
        {
            Dot = x => x.Nth <= 2 * Sessions ? x.Default.Once(lost.Task) : x.Default,
        });
        await using var fleet = await Fleet.StartAsync(2, Fleet.SendingTo(relay, Sessions), database);
        var ids = await AcceptAsync(fleet, from: 0, count: 40);
        await relay.Journal.WaitUntilAsync(j => j.CountOf(".") == 2 * Sessions, TimeSpan.FromSeconds(20));

        using var traffic = new OutageTraffic(fleet, ids[0]);
        traffic.Start();
        await traffic.WaitForAnswersAsync();
        await lose();
        var gone = Stopwatch.StartNew();

        // The relay takes what is in flight while no outcome can be recorded.
        lost.SetResult();
        await traffic.WaitForRefusalsAsync();
        await Task.Delay(Outage - gone.Elapsed);
        await restore();
        var back = Stopwatch.StartNew();
        await traffic.StopAsync();

        var accepted = await AcceptAsync(fleet, from: 40, count: 20);
        await fleet.WaitUntilDrainedAsync(DrainedAfter - back.Elapsed);
        using var api = fleet.Client(0);
        foreach (var id in ids.Concat(accepted).Concat(traffic.Accepted))
        {
            Assert.Equal("delivered", (await api.WaitForEndAsync(id))["recipients"]![0]!["status"]!.GetValue<string>());
        }

        // Neither node was taken for dead by the other: what each had sent it recorded, and nothing went out twice.
        Assert.Equal(0, await fleet.CountAsync("SELECT count(*) FROM attempts WHERE outcome = 'interrupted'"));
        var copies = relay.Journal.Messages.GroupBy(m => m.Recipients.Single()).Where(g => g.Count() > 1).Select(g => g.Key);
        Assert.Empty(copies);
        Assert.All(fleet.Nodes, node => Assert.DoesNotContain("crit:", node.Output, StringComparison.Ordinal));
    }

    private static async Task<List<string>> AcceptAsync(Fleet fleet, int from, int count)
    {
        List<string> ids = [];
        for (var i = from; i < from + count; i++)
        {
            using var api = fleet.Client(i % fleet.Nodes.Count);

            // Each at a destination of its own: one alone would not have all sessions.
            ids.Add(await api.AcceptAsync(ApiClient.Message($"to@example{i}.net")));
        }

        return ids;
    }
}

/// <summary>The server has crashed: connections break and are refused.</summary>
public sealed class CrashedDatabaseTests : OutageTests
{
    [Fact]
    public async Task A_database_that_crashes_for_half_a_minute_costs_no_message()
    {
        Assert.SkipUnless(PostgresCluster.IsInstalled, "PostgreSQL is not installed here.");
        using var workspace = new Workspace(keep: false);
        await using var cluster = new PostgresCluster(workspace);
        await cluster.StartAsync(CancellationToken.None);
        var database = TestDatabase.On(await cluster.CreateDatabaseAsync("mail", CancellationToken.None));
        await RunAsync(
            database, () => cluster.CrashAsync(CancellationToken.None), () => cluster.StartAgainAsync(CancellationToken.None));
    }
}

/// <summary>The network swallows: connections stand, and nothing comes back.</summary>
public sealed class SwallowedDatabaseTests : OutageTests
{
    [Fact]
    public async Task A_database_that_nothing_comes_back_from_for_half_a_minute_costs_no_message()
    {
        await using var direct = await TestDatabase.CreateAsync("postgres");
        var settings = new NpgsqlConnectionStringBuilder(direct.ConnectionString);
        await using var proxy = new SwallowingProxy(settings.Port);
        settings.Port = proxy.Port;
        await RunAsync(
            TestDatabase.On(settings.ConnectionString),
            () => Task.Run(proxy.Swallow), () => Task.Run(proxy.LetPass));
    }
}
