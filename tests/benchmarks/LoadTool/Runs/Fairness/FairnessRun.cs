using System.Diagnostics;
using System.Globalization;
using MailApi.Benchmarks.LoadTool.Http;
using MailApi.Benchmarks.LoadTool.Peers;
using MailApi.Benchmarks.LoadTool.Relay;
using MailApi.Benchmarks.LoadTool.Reporting;

namespace MailApi.Benchmarks.LoadTool.Runs.Fairness;

/// <summary>What one who hangs, floods or is not urgent costs the others: each case on a database of its own.</summary>
public sealed class FairnessRun(Options options, Workspace workspace, ServiceDatabases databases)
{
    private const int DefaultMessages = 300;
    private const int WarmUp = 50;
    private const int FloodConnections = 32;
    private const int Newcomers = 25;
    private const int MostHeld = 20;
    private const string HangingDomain = "hangs.example";
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan TakeOver = TimeSpan.FromMinutes(2);

    // Twenty sessions then take some two hundred messages a second, so that there is a backlog.
    private static readonly TimeSpan SlowAnswer = TimeSpan.FromMilliseconds(200);

    private readonly string _assembly = ServiceBuild.Find(options);
    private readonly int _messages = options.Messages ?? DefaultMessages;
    private readonly FairnessTable _table = new();

    public static async Task<int> ExecuteAsync(Options options, CancellationToken cancellationToken)
    {
        using var workspace = new Workspace(options.Keep);
        await MachineFacts.PrintAsync(workspace, cancellationToken);
        await using var databases = new ServiceDatabases(workspace);
        var run = new FairnessRun(options, workspace, databases);
        foreach (var provider in options.Providers)
        {
            await run.BesideHangingDomainAsync(provider, cancellationToken);
            await run.BesideHangingRelayAsync(provider, cancellationToken);
            await run.HighOverLowAsync(provider, cancellationToken);
            await run.BesideFloodAsync(provider, cancellationToken);
        }

        run._table.Print();
        return 0;
    }

    private async Task BesideHangingDomainAsync(Provider provider, CancellationToken cancellationToken)
    {
        await using var relay = new RecordingRelay(TimeSpan.Zero) { HangingDomain = HangingDomain };
        await using var arrivals = Listen(relay);
        await using var service = await StartAsync(provider, "domain", relay, [], cancellationToken);
        using var client = new MailApiClient(service.Address, service.ApiKey);
        var probe = new Probe(client, arrivals);
        await probe.OneByOneAsync(WarmUp, cancellationToken);
        Progress.Say($"{provider}: no domain hangs");
        var alone = await probe.AtIntervalsAsync(_messages, Interval, cancellationToken);

        Progress.Say($"{provider}: a domain hangs with {options.Queued} messages");
        await PostAsync(service, options.Queued, Load.Plain(options.Size) with { Domain = HangingDomain }, cancellationToken);
        await Task.Delay(Settling, cancellationToken);
        var beside = await probe.AtIntervalsAsync(_messages, Interval, cancellationToken);
        _table.AddPair($"{provider}, a domain hangs with {options.Queued:N0} messages", alone, beside);
    }

    private async Task BesideHangingRelayAsync(Provider provider, CancellationToken cancellationToken)
    {
        await using var first = new RecordingRelay(TimeSpan.Zero);
        await using var second = new RecordingRelay(TimeSpan.Zero);
        await using var arrivals = Listen(first);
        await using var taken = Listen(second);
        await using var service = await StartAsync(
            provider, "relay", first,
            new()
            {
                ["Relays__sink__Priority"] = "1",
                ["Relays__second__Priority"] = "2",
                ["Relays__second__Host"] = "127.0.0.1",
                ["Relays__second__Port"] = second.Port.ToString(CultureInfo.InvariantCulture),
                ["Relays__second__Security"] = "none",
            },
            cancellationToken);
        using var client = new MailApiClient(service.Address, service.ApiKey);
        await new Probe(client, arrivals).OneByOneAsync(WarmUp, cancellationToken);
        Progress.Say($"{provider}: no relay hangs");
        var alone = await new Probe(client, arrivals).AtIntervalsAsync(_messages, Interval, cancellationToken);

        Progress.Say($"{provider}: a relay hangs with {options.Queued} messages");
        first.Hangs = true;
        var started = Stopwatch.GetTimestamp();
        await PostAsync(service, options.Queued, Load.Plain(options.Size), cancellationToken);
        await Waiting.ForAsync(
            () => taken.Count > 0, TakeOver, "the second relay did not take over", cancellationToken);
        _table.AddTakeOver($"{provider}, until the second relay takes over", Stopwatch.GetElapsedTime(started));
        var sending = await new Probe(client, taken).AtIntervalsAsync(_messages, Interval, cancellationToken);
        _table.AddSending($"{provider}, a relay hangs: while the second takes what was queued", sending);
        await Waiting.ForAsync(
            () => taken.Count >= options.Queued + _messages - MostHeld, TakeOver, "the second relay did not take the queue",
            cancellationToken);
        var beside = await new Probe(client, taken).AtIntervalsAsync(_messages, Interval, cancellationToken);
        _table.AddPair($"{provider}, a relay hangs with {options.Queued:N0} messages", alone, beside);
    }

    private async Task HighOverLowAsync(Provider provider, CancellationToken cancellationToken)
    {
        await using var relay = new RecordingRelay(SlowAnswer);
        await using var arrivals = Listen(relay);
        await using var service = await StartAsync(provider, "low", relay, [], cancellationToken);
        Progress.Say($"{provider}: high over {options.Low} low");
        await PostAsync(service, options.Low, Load.Plain(options.Size).With("priority", "low"), cancellationToken);
        var waiting = options.Low - arrivals.Count;
        using var client = new MailApiClient(service.Address, service.ApiKey);
        var probe = new Probe(client, arrivals) { Priority = "high" };
        _table.AddHigh(
            $"{provider}, high over {waiting:N0} low", await probe.AtIntervalsAsync(_messages, Interval, cancellationToken));
    }

    private async Task BesideFloodAsync(Provider provider, CancellationToken cancellationToken)
    {
        await using var relay = new RecordingRelay(TimeSpan.Zero);
        await using var arrivals = Listen(relay);
        await using var service = await StartAsync(provider, "flood", relay, [], cancellationToken);
        using var admin = new MailApiClient(service.Address, service.ApiKey);
        await new Probe(admin, arrivals).OneByOneAsync(WarmUp, cancellationToken);
        List<string> keys = [];
        for (var i = 0; i < 2 * Newcomers; i++)
        {
            keys.Add(await admin.NewProjectKeyAsync(cancellationToken));
        }

        Progress.Say($"{provider}: first messages, idle");
        var idle = await FirstMessagesAsync(service, arrivals, keys[..Newcomers], cancellationToken);
        Progress.Say($"{provider}: first messages beside {options.Flood} of another project");
        var flood = new HttpDriver(service, Load.Plain(options.Size), FloodConnections)
            .SendAsync(options.Flood, sendAt: null, cancellationToken);
        await Waiting.ForAsync(
            () => arrivals.Count > options.Flood / 10, TakeOver, "the flood did not begin", cancellationToken);
        var beside = await FirstMessagesAsync(service, arrivals, keys[Newcomers..], cancellationToken);
        if (flood.IsCompleted)
        {
            Progress.Say("the flood was over before the last first message: --flood could be larger");
        }

        await flood;
        _table.AddFirst($"{provider}, first message of a project", idle, beside);
    }

    private static async Task<List<Sample>> FirstMessagesAsync(
        MailApiProcess service, Arrivals arrivals, List<string> keys, CancellationToken cancellationToken)
    {
        List<Sample> samples = [];
        foreach (var key in keys)
        {
            using var client = new MailApiClient(service.Address, key);
            samples.AddRange(await new Probe(client, arrivals).OneByOneAsync(1, cancellationToken));
        }

        return samples;
    }

    private async Task PostAsync(MailApiProcess service, int messages, Load load, CancellationToken cancellationToken) =>
        await new HttpDriver(service, load, options.Connections).SendAsync(messages, sendAt: null, cancellationToken);

    private static Arrivals Listen(RecordingRelay relay)
    {
        relay.Start();
        return new Arrivals(relay);
    }

    private async Task<MailApiProcess> StartAsync(
        Provider provider, string name, RecordingRelay relay, Dictionary<string, string> settings,
        CancellationToken cancellationToken)
    {
        var database = await databases.CreateAsync(provider, $"{name}{provider}".ToLowerInvariant(), cancellationToken);
        settings["Delivery__ShutdownTimeout"] = "00:00:01"; // what hangs would keep the service
        var service = new MailApiProcess(workspace, _assembly, database, relay.Port) { Extra = settings };
        service.Start();
        await service.WaitUntilReadyAsync(cancellationToken);
        return service;
    }
}
