using MailApi.Benchmarks.LoadTool.Http;
using MailApi.Benchmarks.LoadTool.Peers;
using MailApi.Benchmarks.LoadTool.Relay;
using MailApi.Benchmarks.LoadTool.Reporting;

namespace MailApi.Benchmarks.LoadTool.Runs.Latency;

/// <summary>
/// How soon the service hands a message on: idle, idle beside a second idle node, and at half of what it can do.
/// </summary>
public sealed class LatencyRun(Options options, Workspace workspace, RecordingRelay relay, Arrivals arrivals)
{
    private const int DefaultMessages = 200;
    private const int WarmUp = 50;
    private const int Turns = 2;

    private readonly string _assembly = ServiceBuild.Find(options);
    private readonly int _messages = options.Messages ?? DefaultMessages;
    private readonly LatencyTable _table = new();

    public static async Task<int> ExecuteAsync(Options options, CancellationToken cancellationToken)
    {
        using var workspace = new Workspace(options.Keep);
        await MachineFacts.PrintAsync(workspace, cancellationToken);
        await using var databases = new ServiceDatabases(workspace);
        await using var relay = new RecordingRelay(slowestAnswer: TimeSpan.Zero);
        relay.Start();
        await using var arrivals = new Arrivals(relay);
        var run = new LatencyRun(options, workspace, relay, arrivals);
        foreach (var provider in options.Providers)
        {
            await run.MeasureAsync(
                await databases.CreateAsync(provider, $"latency{provider}".ToLowerInvariant(), cancellationToken), cancellationToken);
        }

        run._table.Print();
        return 0;
    }

    private async Task MeasureAsync(ServiceDatabase database, CancellationToken cancellationToken)
    {
        await using var service = NewNode(database);
        service.Start();
        await service.WaitUntilReadyAsync(cancellationToken);
        using var client = new MailApiClient(service.Address, service.ApiKey);
        var probe = new Probe(client, arrivals);
        Progress.Say($"{database.Provider}: idle");
        await probe.OneByOneAsync(WarmUp, cancellationToken);

        // SQLite is one node's database.
        if (options.Nodes > 1 && database.Provider == Provider.Postgres)
        {
            await MeasureNodesAsync(database, probe, cancellationToken);
        }
        else
        {
            _table.AddIdle($"{database.Provider}", await probe.OneByOneAsync(_messages, cancellationToken));
        }

        if (options.HalfLoad)
        {
            Progress.Say($"{database.Provider}: half load");
            var half = new HalfLoad(service, arrivals, Load.Plain(options.Size), options.Connections);
            var (rate, samples) = await half.MeasureAsync(probe, _messages, cancellationToken);
            _table.AddLoaded($"{database.Provider}", rate, samples);
        }
    }

    /// <summary>In turn, so that what the machine does besides hits both.</summary>
    private async Task MeasureNodesAsync(ServiceDatabase database, Probe probe, CancellationToken cancellationToken)
    {
        List<Sample> alone = [];
        List<Sample> beside = [];
        for (var turn = 0; turn < Turns; turn++)
        {
            alone.AddRange(await probe.OneByOneAsync(_messages / Turns, cancellationToken));
            await using var second = NewNode(database);
            second.Start();
            await second.WaitUntilReadyAsync(cancellationToken);
            await probe.OneByOneAsync(WarmUp, cancellationToken);
            beside.AddRange(await probe.OneByOneAsync(_messages / Turns, cancellationToken));
        }

        _table.AddIdle($"{database.Provider}", alone);
        _table.AddIdle($"{database.Provider} beside a second idle node", beside);
    }

    private MailApiProcess NewNode(ServiceDatabase database) => new(workspace, _assembly, database, relay.Port);
}
