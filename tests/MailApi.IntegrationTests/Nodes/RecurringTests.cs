using MailApi.IntegrationTests.Running;

namespace MailApi.IntegrationTests.Nodes;

/// <summary>What recurs runs once for all nodes together, and is registered however the last node has ended.</summary>
public sealed class RecurringTests
{
    private static readonly string[] Jobs = ["FoldEvents", "ImportSuppressions", "PurgeOldMail", "ReplayEvents"];
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly Dictionary<string, string> Capturing = new() { ["Delivery__LeaseTime"] = "00:00:03" };

    [Fact]
    public async Task Of_three_nodes_one_runs_what_is_due()
    {
        const int Messages = 90;
        const int Imported = 500;
        const int Rounds = 3;
        await using var fleet = await Fleet.StartAsync(3, Capturing);
        await fleet.WaitForCountAsync("SELECT count(*) FROM hangfire.set WHERE key = 'recurring-jobs'", Jobs.Length, Patience);
        await fleet.WaitForCountAsync("SELECT count(*) FROM hangfire.jobqueue WHERE queue = 'default'", 0, Patience);
        await StopTheClockAsync(fleet);
        for (var i = 0; i < Messages; i++)
        {
            using var sender = fleet.Client(i % 3);
            await sender.AcceptAsync(ApiClient.Message($"to{i}@example.net"));
        }

        using var api = fleet.Client(0);
        var csv = string.Join('\n', Enumerable.Range(0, Imported).Select(i => $"gone{i}@example.net").Prepend("email"));
        using var content = new StringContent(csv, System.Text.Encoding.UTF8, "text/csv");
        using var import = await api.Http.PostAsync("/v1/suppressions/import", content);
        Assert.Equal(202, (int)import.StatusCode);
        await fleet.WaitUntilDrainedAsync(Patience);

        // An import begins at once, by a job of its own.
        await fleet.WaitForCountAsync("SELECT count(*) FROM suppression_imports WHERE status = 'completed'", 1, Patience);
        await fleet.WaitForCountAsync("SELECT count(*) FROM hangfire.jobqueue WHERE queue = 'default'", 0, Patience);
        var before = await RunsAsync(fleet);
        for (var round = 1; round <= Rounds; round++)
        {
            await MakeDueAsync(fleet);
            foreach (var job in Jobs)
            {
                await ApiClient.WaitAsync(
                    async () => await SumAsync(fleet, job), runs => runs.GetValue<double>() >= before[job] + round, Patience);
            }
        }

        foreach (var job in Jobs)
        {
            Assert.Equal(before[job] + Rounds, await SumAsync(fleet, job));
        }

        Assert.Equal(Rounds, fleet.Nodes.Sum(n => n.Output.Split("Removed by age").Length - 1));
        Assert.Equal(Messages, await fleet.CountAsync("SELECT sum(delivered) FROM stats WHERE dimension = 'total'"));
        Assert.Equal(Imported, await fleet.CountAsync("SELECT added FROM suppression_imports WHERE status = 'completed'"));
        Assert.Equal(Imported, await fleet.CountAsync("SELECT count(*) FROM events WHERE type = 'suppression.created'"));
    }

    /// <summary>A lock is a row in Hangfire's tables, and a killed node does not delete its row.</summary>
    [Fact]
    public async Task A_lock_that_a_killed_node_has_left_delays_what_recurs_and_nothing_else()
    {
        await using var fleet = await Fleet.StartAsync(1, Capturing);
        var node = fleet.Nodes[0];
        await fleet.WaitForCountAsync("SELECT count(*) FROM hangfire.set WHERE value = 'replay-events'", 1, Patience);
        await node.TerminateAsync();
        await fleet.ExecuteAsync(
            """
            DELETE FROM hangfire.set WHERE value = 'replay-events';
            DELETE FROM hangfire.hash WHERE key = 'recurring-job:replay-events';
            INSERT INTO hangfire.lock (resource, acquired) VALUES ('hangfire:lock:recurring-job:replay-events', now());
            """);

        await node.StartAgainAsync();
        using var api = fleet.Client(0);
        await api.WaitForEndAsync(await api.AcceptAsync(ApiClient.Message()));
        await node.WaitForOutputAsync("What recurs could not be scheduled");
        Assert.Equal(0, await fleet.CountAsync("SELECT count(*) FROM hangfire.set WHERE value = 'replay-events'"));

        await fleet.ExecuteAsync("UPDATE hangfire.lock SET acquired = now() - interval '1 minute'");
        await fleet.WaitForCountAsync("SELECT count(*) FROM hangfire.set WHERE value = 'replay-events'", 1, Patience);
        Assert.Equal(1, await fleet.CountAsync(
            "SELECT count(*) FROM hangfire.hash WHERE key = 'recurring-job:replay-events' AND field = 'Cron' AND value = '* * * * *'"));
        Assert.Equal(200, (await api.GetAsync("/readyz")).Status);
    }

    /// <summary>What recurs is due once a year from now on, and when the test says so.</summary>
    private static Task StopTheClockAsync(Fleet fleet) => fleet.ExecuteAsync(
        """
        UPDATE hangfire.hash SET value = '0 0 1 1 *' WHERE key LIKE 'recurring-job:%' AND field = 'Cron';
        UPDATE hangfire.hash SET value = '2099-01-01T00:00:00.0000000Z' WHERE key LIKE 'recurring-job:%' AND field = 'NextExecution';
        UPDATE hangfire.set SET score = 4070908800 WHERE key = 'recurring-jobs';
        """);

    /// <summary>All nodes see at their next look that nobody has run anything for longer than that.</summary>
    private static Task MakeDueAsync(Fleet fleet) => fleet.ExecuteAsync(
        """
        BEGIN;
        INSERT INTO hangfire.hash (key, field, value)
            SELECT DISTINCT key, f, '2020-06-01T00:00:00.0000000Z' FROM hangfire.hash, unnest(ARRAY['LastExecution', 'CreatedAt']) f
            WHERE key LIKE 'recurring-job:%'
            ON CONFLICT (key, field) DO UPDATE SET value = excluded.value;
        UPDATE hangfire.hash SET value = to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.0000000"Z"')
            WHERE key LIKE 'recurring-job:%' AND field = 'NextExecution';
        UPDATE hangfire.set SET score = extract(epoch FROM now())::bigint WHERE key = 'recurring-jobs';
        COMMIT;
        """);

    private static async Task<Dictionary<string, double>> RunsAsync(Fleet fleet)
    {
        Dictionary<string, double> runs = [];
        foreach (var job in Jobs)
        {
            runs[job] = await SumAsync(fleet, job);
        }

        return runs;
    }

    private static Task<double> SumAsync(Fleet fleet, string job) =>
        fleet.SumAsync("mailapi_jobs_duration_seconds_count", $"job=\"{job}\"", "outcome=\"succeeded\"");
}
