using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using MailApi.Benchmarks.LoadTool.Hooks;
using MailApi.Benchmarks.LoadTool.Http;
using MailApi.Benchmarks.LoadTool.Peers;
using MailApi.Benchmarks.LoadTool.Reporting;

namespace MailApi.Benchmarks.LoadTool.Runs;

/// <summary>
/// What webhooks cost: the same mail sent with nobody to be told, and with an endpoint that is told every event. Then what
/// a dead endpoint with a long backlog costs one that lives.
/// </summary>
public sealed class WebhookRun(Options options, Workspace workspace, SinkProcess sink, ServiceDatabases databases)
{
    private const int DefaultMessages = 10_000;
    private const int Backlog = 50_000;
    private const int Samples = 300;
    private static readonly TimeSpan DrainTimeout = TimeSpan.FromMinutes(5);

    private readonly int _messages = options.Messages ?? DefaultMessages;
    private readonly string _assembly = ServiceBuild.Find(options);

    public static async Task<int> ExecuteAsync(Options options, CancellationToken cancellationToken)
    {
        using var workspace = new Workspace(options.Keep);
        await MachineFacts.PrintAsync(workspace, cancellationToken);
        await using var sink = new SinkProcess(workspace);
        await sink.StartAsync(cancellationToken);
        await using var databases = new ServiceDatabases(workspace);
        var run = new WebhookRun(options, workspace, sink, databases);
        foreach (var provider in options.Providers)
        {
            await run.CostAsync(provider, cancellationToken);
            await run.IsolationAsync(provider, cancellationToken);
        }

        return 0;
    }

    /// <summary>Twice each, in turn: what the machine does besides hits both.</summary>
    private async Task CostAsync(Provider provider, CancellationToken cancellationToken)
    {
        var table = new Table("row", "end to end/s", "of plain", "events told/s", "CPU µs/message");
        for (var round = 1; round <= 2; round++)
        {
            var plain = await SendAsync(provider, round, told: false, cancellationToken);
            var told = await SendAsync(provider, round, told: true, cancellationToken);
            table.Add($"{provider}: nobody is told", Number(plain.Rate), "", "", Number(plain.Cost));
            table.Add(
                $"{provider}: an endpoint for every event", Number(told.Rate), Ratio(told.Rate / plain.Rate), Number(told.Told),
                Number(told.Cost));
        }

        Console.WriteLine($"{_messages} messages of {options.Size} bytes, {options.Connections} connections");
        Console.WriteLine();
        table.Print();
        Console.WriteLine();
    }

    private async Task<(double Rate, double Told, double Cost)> SendAsync(
        Provider provider, int round, bool told, CancellationToken cancellationToken)
    {
        var name = $"hooks{provider}{round}{(told ? "told" : "")}".ToLowerInvariant();
        var database = await databases.CreateAsync(provider, name, cancellationToken);
        await using var server = new HookServer(keep: false, () => true);
        server.Start();
        await using var service = NewService(database);
        service.Start();
        await service.WaitUntilReadyAsync(cancellationToken);
        using var client = new MailApiClient(service.Address, service.ApiKey);
        if (told)
        {
            await client.SubscribeAsync(server.Url, cancellationToken);
        }

        var driver = new HttpDriver(service, Load.Plain(options.Size), options.Connections);
        var warmUp = _messages / 10;
        var before = sink.Received();
        await driver.SendAsync(warmUp, sendAt: null, cancellationToken);
        await sink.WaitForAsync(before + warmUp, cancellationToken);
        await Waiting.ForAsync(
            () => !told || server.Received >= 2 * warmUp, DrainTimeout, "the first events were not told", cancellationToken);

        var spent = service.ProcessorTime;
        var started = await driver.SendAsync(_messages, sendAt: null, cancellationToken);
        var last = await sink.WaitForAsync(before + warmUp + _messages, cancellationToken);
        await Waiting.ForAsync(
            () => !told || server.Received >= 2 * (warmUp + _messages), DrainTimeout, "not every event was told", cancellationToken);
        return (_messages / Stopwatch.GetElapsedTime(started, last).TotalSeconds,
            2 * _messages / Stopwatch.GetElapsedTime(started).TotalSeconds,
            (service.ProcessorTime - spent).TotalMicroseconds / _messages);
    }

    private async Task IsolationAsync(Provider provider, CancellationToken cancellationToken)
    {
        var database = await databases.CreateAsync(provider, $"hooksalone{provider}".ToLowerInvariant(), cancellationToken);
        await using var server = new HookServer(keep: false, () => true);
        server.Start();
        await using var service = NewService(database);
        service.Start();
        await service.WaitUntilReadyAsync(cancellationToken);
        using var client = new MailApiClient(service.Address, service.ApiKey);
        using var other = new MailApiClient(service.Address, await client.NewProjectKeyAsync(cancellationToken));
        await client.SubscribeAsync(server.Url, cancellationToken);

        var table = new Table("milliseconds from POST to the endpoint", "median", "p95", "p99", "max");
        table.Add([$"{provider}: alone", .. new Percentiles(await MeasureAsync(client, server, cancellationToken)).Cells()]);
        await other.SubscribeAsync(DeadUrl(), cancellationToken);
        await FillAsync(service, other, cancellationToken);
        table.Add(
        [
            $"{provider}: beside a dead endpoint with {2 * Backlog} events waiting",
            .. new Percentiles(await MeasureAsync(client, server, cancellationToken)).Cells(),
        ]);
        table.Print();
        Console.WriteLine();
    }

    /// <summary>Two events each: accepted and scheduled.</summary>
    private async Task FillAsync(MailApiProcess service, MailApiClient other, CancellationToken cancellationToken)
    {
        var driver = new HttpDriver(service, Load.Plain(200), options.Connections) { ApiKey = other.ApiKey };
        await driver.SendAsync(Backlog, TimeProvider.System.GetUtcNow().AddDays(1), cancellationToken);
    }

    private static async Task<List<TimeSpan>> MeasureAsync(
        MailApiClient client, HookServer server, CancellationToken cancellationToken)
    {
        List<TimeSpan> samples = [];
        for (var i = 0; i < Samples; i++)
        {
            await Task.Delay(Random.Shared.Next(10, 30), cancellationToken);
            var before = server.Received;
            var posted = Stopwatch.GetTimestamp();
            await client.SuppressAsync($"a{Guid.CreateVersion7():n}@rcpt.example", cancellationToken);
            while (server.Received == before)
            {
                await Task.Yield();
            }

            samples.Add(Stopwatch.GetElapsedTime(posted));
        }

        return samples;
    }

    private MailApiProcess NewService(ServiceDatabase database) => new(workspace, _assembly, database, sink.Port)
    {
        Extra = new Dictionary<string, string> { ["Webhooks__AllowedNetworks__0"] = "127.0.0.0/8" },
    };

    /// <summary>A port that nobody listens at.</summary>
    private static string DeadUrl()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return $"http://{listener.LocalEndpoint}/";
    }

    private static string Number(double value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Ratio(double value) => value.ToString("N2", CultureInfo.InvariantCulture);
}
