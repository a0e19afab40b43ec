using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using MailApi.IntegrationTests.Running;
using MailApi.IntegrationTests.Smtp;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql;

namespace MailApi.IntegrationTests.Nodes;

/// <summary>Equal nodes on one PostgreSQL database: real processes, ended with the test.</summary>
internal sealed class Fleet : IAsyncDisposable
{
    private readonly List<ServiceProcess> _nodes = [];
    private readonly TestDatabase _database;

    private Fleet(TestDatabase database) => _database = database;

    public IReadOnlyList<ServiceProcess> Nodes => _nodes;

    /// <summary>Starts so many nodes, one after the other.</summary>
    public static async Task<Fleet> StartAsync(
        int count, IReadOnlyDictionary<string, string> settings, TestDatabase? database = null)
    {
        var fleet = await PrepareAsync(count, settings, database);
        foreach (var node in fleet._nodes)
        {
            await node.StartAgainAsync();
        }

        return fleet;
    }

    /// <summary>Starts none of them.</summary>
    public static async Task<Fleet> PrepareAsync(
        int count, IReadOnlyDictionary<string, string> settings, TestDatabase? database = null)
    {
        var fleet = new Fleet(database ?? await TestDatabase.CreateAsync("postgres"));
        for (var i = 0; i < count; i++)
        {
            fleet._nodes.Add(ServiceProcess.Prepare(fleet._database, settings));
        }

        return fleet;
    }

    /// <summary>Settings that send to this server, with so many sessions per node.</summary>
    public static Dictionary<string, string> SendingTo(ScriptedSmtpServer relay, int sessions = 5) => new()
    {
        ["Relays__main__Host"] = relay.Host,
        ["Relays__main__Port"] = $"{relay.Port}",
        ["Relays__main__Security"] = "none",
        ["Relays__main__MaxConnections"] = $"{sessions}",
        ["Delivery__LeaseTime"] = "00:00:03",
    };

    public ApiClient Client(int node) => new(_nodes[node].CreateClient());

    /// <summary>The sum of a metric's series over nodes, of those that have all of these labels.</summary>
    public async Task<double> SumAsync(string metric, params string[] labels)
    {
        var sum = 0d;
        for (var i = 0; i < _nodes.Count; i++)
        {
            sum += await MetricAsync(i, metric, labels);
        }

        return sum;
    }

    /// <summary>The same of one node.</summary>
    public async Task<double> MetricAsync(int node, string metric, params string[] labels)
    {
        using var client = _nodes[node].CreateClient(key: null);
        var text = await client.GetStringAsync("/metrics");
        return Regex.Matches(text, $"^{metric}{{(?<labels>[^}}]*)}} (?<value>[0-9.e+]+)", RegexOptions.Multiline)
            .Where(m => labels.All(l => m.Groups["labels"].Value.Contains(l, StringComparison.Ordinal)))
            .Sum(m => double.Parse(m.Groups["value"].Value, CultureInfo.InvariantCulture));
    }

    /// <summary>Runs a statement on the database the nodes share.</summary>
    public async Task ExecuteAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(_database.ConnectionString);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>The same, again and again while others hold the tables it needs: as a migration does it.</summary>
    public async Task ExecuteWhenFreeAsync(string sql)
    {
        while (true)
        {
            try
            {
                await ExecuteAsync(sql);
                return;
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.LockNotAvailable)
            {
                await Task.Delay(100);
            }
        }
    }

    /// <summary>Brings the schema up to date, or as far as a migration, before any node does.</summary>
    public async Task MigrateAsync(string? upTo = null)
    {
        await using var db = new Contexts(_database).CreateDbContext();
        await db.GetService<IMigrator>().MigrateAsync(upTo);
    }

    /// <summary>Holds a table until the answer is disposed.</summary>
    public async Task<IAsyncDisposable> LockAsync(string table, string mode)
    {
        var connection = new NpgsqlConnection(_database.ConnectionString);
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = $"BEGIN; LOCK TABLE {table} IN {mode} MODE";
        await command.ExecuteNonQueryAsync();
        return connection;
    }

    /// <summary>Asks for one number.</summary>
    public async Task<long> CountAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(_database.ConnectionString);
        await using var command = source.CreateCommand(sql);
        return Convert.ToInt64(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture);
    }

    /// <summary>Asks for one number until it is as expected; fails with what it was.</summary>
    public Task WaitForCountAsync(string sql, long expected, TimeSpan patience) => ApiClient.WaitAsync(
        async () => await CountAsync(sql), seen => seen.GetValue<long>() == expected, patience);

    /// <summary>Waits until no delivery is left; fails with those that are.</summary>
    public async Task WaitUntilDrainedAsync(TimeSpan patience)
    {
        await using var source = NpgsqlDataSource.Create(_database.ConnectionString);
        await using var left = source.CreateCommand("SELECT coalesce(json_agg(d), '[]')::text FROM deliveries d");
        await ApiClient.WaitAsync(
            async () => JsonNode.Parse((string)(await left.ExecuteScalarAsync())!)!,
            seen => seen.AsArray().Count == 0, patience);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
        {
            await node.EndAsync();
        }

        await _database.DisposeAsync();
    }
}
