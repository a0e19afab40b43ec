using MailApi.IntegrationTests.Running;
using MailApi.IntegrationTests.Smtp;

namespace MailApi.IntegrationTests.Nodes;

/// <summary>Nodes are replaced one after the other, by the same version or by another, and no caller notices.</summary>
public sealed class RollingTests
{
    [Fact]
    public async Task A_rolling_restart_fails_no_request_and_sends_nothing_twice()
    {
        await using var relay = await ScriptedSmtpServer.StartAsync();
        await using var fleet = await Fleet.StartAsync(2, Settings(relay));
        await using var balancer = new Balancer(fleet);
        balancer.Start();
        for (var node = 0; node < fleet.Nodes.Count; node++)
        {
            await balancer.WaitUntilServedByAsync(node);
            await RestartAsync(fleet, balancer, node);
        }

        await ProveAsync(fleet, balancer, relay);
    }

    /// <summary>
    /// What a later version may do to the schema while this one runs: add what this one does not know. This one goes on, and
    /// starts again on what the later one has left, as after a step back.
    /// </summary>
    [Fact]
    public async Task A_schema_that_a_later_version_has_extended_fails_no_request_and_no_start()
    {
        await using var relay = await ScriptedSmtpServer.StartAsync();
        await using var fleet = await Fleet.StartAsync(2, Settings(relay));
        await using var balancer = new Balancer(fleet);
        balancer.Start();
        await balancer.WaitUntilServedByAsync(0);
        await fleet.ExecuteWhenFreeAsync(
            """
            SET lock_timeout = '800ms';
            BEGIN;
            CREATE TABLE later (id uuid PRIMARY KEY, note text NOT NULL);
            ALTER TABLE messages ADD COLUMN later text NULL, ADD COLUMN later_count integer NOT NULL DEFAULT 0;
            ALTER TABLE deliveries ADD COLUMN later text NULL;
            ALTER TABLE recipients ADD COLUMN later text NULL;
            ALTER TABLE events ADD COLUMN later text NULL;
            ALTER TABLE api_keys ADD COLUMN later text NULL;
            CREATE INDEX later_messages ON messages (later);
            INSERT INTO "__EFMigrationsHistory" VALUES ('29991231000000_Later', '99.0.0');
            COMMIT;
            """);
        await balancer.WaitUntilServedByAsync(0);
        await balancer.WaitUntilServedByAsync(1);
        await RestartAsync(fleet, balancer, 1);

        await ProveAsync(fleet, balancer, relay);
        Assert.All(fleet.Nodes, node => Assert.DoesNotContain("cached plan", node.Output, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Nodes_that_start_at_once_on_an_empty_database_prepare_it_once()
    {
        await using var relay = await ScriptedSmtpServer.StartAsync();
        await using var fleet = await Fleet.PrepareAsync(3, Settings(relay));

        await Task.WhenAll(fleet.Nodes.Select(node => node.StartAgainAsync()));

        Assert.Equal(
            await fleet.CountAsync("SELECT count(DISTINCT \"MigrationId\") FROM \"__EFMigrationsHistory\""),
            await fleet.CountAsync("SELECT count(*) FROM \"__EFMigrationsHistory\""));
        Assert.Equal(1, await fleet.CountAsync("SELECT count(*) FROM projects"));
        Assert.Equal(1, await fleet.CountAsync("SELECT count(*) FROM api_keys"));
        Assert.Equal(3, await fleet.CountAsync("SELECT count(*) FROM nodes"));
    }

    /// <summary>The schema is there already, and all are made to find at the same moment that there is no key.</summary>
    [Fact]
    public async Task Nodes_that_start_at_once_without_a_key_make_one()
    {
        await using var relay = await ScriptedSmtpServer.StartAsync();
        var settings = Settings(relay);
        settings["Bootstrap__ApiKey"] = "";
        settings["Database__MigrateOnStart"] = "false";
        await using var fleet = await Fleet.PrepareAsync(3, settings);
        await fleet.MigrateAsync();
        Task starting;
        await using (await fleet.LockAsync("api_keys", "ACCESS EXCLUSIVE"))
        {
            starting = Task.WhenAll(fleet.Nodes.Select(node => node.StartAgainAsync()));
            await fleet.WaitForCountAsync(
                "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'api_keys'::regclass", 3, TimeSpan.FromSeconds(30));
        }

        await starting;
        Assert.Equal(1, await fleet.CountAsync("SELECT count(*) FROM projects"));
        Assert.Equal(1, await fleet.CountAsync("SELECT count(*) FROM api_keys"));
        Assert.Single(fleet.Nodes, n => n.Output.Contains("The first admin key", StringComparison.Ordinal));
    }

    /// <summary>
    /// A node that brings a migration meets a table that is in use: it waits, and those who use the table do not wait for it.
    /// </summary>
    [Fact]
    public async Task A_migration_gives_way_to_those_who_use_its_tables()
    {
        await using var relay = await ScriptedSmtpServer.StartAsync();
        await using var fleet = await Fleet.PrepareAsync(1, Settings(relay));
        await fleet.MigrateAsync(upTo: "Templates");
        Task starting;
        await using (await fleet.LockAsync("recipients", "ACCESS SHARE"))
        {
            starting = fleet.Nodes[0].StartAgainAsync();
            await fleet.WaitForCountAsync(
                "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'recipients'::regclass", 1, TimeSpan.FromSeconds(30));

            // Stands behind the migration in the line for the table, and would time out if that did not leave it.
            await fleet.ExecuteAsync("SET statement_timeout = '2s'; SELECT count(*) FROM recipients");
            await fleet.Nodes[0].WaitForOutputAsync("Other nodes use the tables that are to be changed");
        }

        await starting;
        using var api = fleet.Client(0);
        await api.WaitForEndAsync(await api.AcceptAsync(ApiClient.Message()));
    }

    [Fact]
    public async Task A_node_that_is_asked_to_stop_says_so_first_and_serves_on()
    {
        await using var relay = await ScriptedSmtpServer.StartAsync();
        var settings = Settings(relay);
        settings["Shutdown__DrainTime"] = "00:00:03";
        await using var fleet = await Fleet.StartAsync(2, settings);
        using var api = fleet.Client(0);
        await fleet.Nodes[0].SignalAsync("TERM");
        await ApiClient.WaitAsync(
            async () => (await api.GetAsync("/readyz")).Status, status => status.GetValue<int>() == 503, TimeSpan.FromSeconds(2));

        var answer = await api.PostAsync("/v1/messages", ApiClient.Message());
        Assert.Equal(202, answer.Status);
        Assert.True(answer.Response.Headers.ConnectionClose);
        Assert.Equal(200, (await api.GetAsync("/healthz")).Status);

        // It relays no more: the other node does.
        using var other = fleet.Client(1);
        await other.WaitForEndAsync(answer.Body!["id"]!.GetValue<string>());
        Assert.Equal(0, await fleet.Nodes[0].WaitForExitAsync());
    }

    private static Dictionary<string, string> Settings(ScriptedSmtpServer relay)
    {
        var settings = Fleet.SendingTo(relay);
        settings["Shutdown__DrainTime"] = "00:00:01";
        return settings;
    }

    private static async Task RestartAsync(Fleet fleet, Balancer balancer, int node)
    {
        Assert.Equal(0, await fleet.Nodes[node].TerminateAsync());
        await fleet.Nodes[node].StartAgainAsync();
        await balancer.WaitUntilServedByAsync(node);
    }

    private static async Task ProveAsync(Fleet fleet, Balancer balancer, ScriptedSmtpServer relay)
    {
        await balancer.StopAsync();
        Assert.Empty(balancer.Failures);
        await fleet.WaitUntilDrainedAsync(TimeSpan.FromSeconds(20));
        var received = relay.Journal.Messages.Select(m => m.Recipients.Single());
        Assert.Equal(balancer.Accepted.Order(StringComparer.Ordinal), received.Order(StringComparer.Ordinal));
        Assert.Equal(0, await fleet.CountAsync("SELECT count(*) FROM attempts WHERE outcome = 'interrupted'"));
    }
}
