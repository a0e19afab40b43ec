using System.Diagnostics;
using MailApi.Benchmarks.LoadTool.Http;
using MailApi.Benchmarks.LoadTool.Peers;
using MailApi.Benchmarks.LoadTool.Relay;
using MailApi.Benchmarks.LoadTool.Reporting;

namespace MailApi.Benchmarks.LoadTool.Runs;

/// <summary>Ends the service again and again while messages come in, then compares the two ledgers.</summary>
public sealed class CrashRun
{
    // Ten connections and 20 ms on the average carry less than eight clients send, so every signal finds
    // messages waiting as well as messages on their way.
    private const int MaxConnections = 10;
    private static readonly TimeSpan DefaultDuration = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan SlowestAnswer = TimeSpan.FromMilliseconds(40);
    private static readonly TimeSpan DrainTimeout = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan DrainPoll = TimeSpan.FromMilliseconds(500);

    private readonly Options _options;
    private readonly TimeSpan _duration;
    private readonly RecordingRelay _relay;
    private readonly MailApiProcess _service;
    private readonly Ledger _ledger = new();
    private readonly RestartClock _restarts = new();
    private int _signals;
    private int _slowStops;

    private CrashRun(Options options, RecordingRelay relay, MailApiProcess service)
    {
        _options = options;
        _duration = options.Duration ?? DefaultDuration;
        _relay = relay;
        _service = service;
    }

    public static async Task<int> ExecuteAsync(Options options, CancellationToken cancellationToken)
    {
        var assembly = ServiceBuild.Find(options);
        using var workspace = new Workspace(options.Keep);
        await MachineFacts.PrintAsync(workspace, cancellationToken);
        await using var databases = new ServiceDatabases(workspace);
        var database = await databases.CreateAsync(options.Providers[0], "crash", cancellationToken);
        await using var relay = new RecordingRelay(SlowestAnswer);
        relay.Start();
        await using var service = new MailApiProcess(workspace, assembly, database, relay.Port)
        {
            MaxConnections = MaxConnections,
        };
        var report = await new CrashRun(options, relay, service).RunAsync(cancellationToken);
        report.Print();
        return report.Kept ? 0 : 1;
    }

    private async Task<CrashReport> RunAsync(CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var recording = RecordAsync(ended.Token);
        _service.Start();
        await _service.WaitUntilReadyAsync(cancellationToken);
        using var client = new MailApiClient(_service.Address, _service.ApiKey);

        await PostAndSignalAsync(client, cancellationToken);

        // The last signal may have come a moment ago.
        await _service.WaitUntilReadyAsync(cancellationToken);
        await DrainAsync(client, cancellationToken);
        await ended.CancelAsync();
        await recording;
        return Report(await CountUnexplainedAsync(client, cancellationToken));
    }

    private async Task PostAndSignalAsync(MailApiClient client, CancellationToken cancellationToken)
    {
        using var posting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        posting.CancelAfter(_duration + DrainTimeout);
        var started = Stopwatch.GetTimestamp();
        var clients = Enumerable.Range(0, _options.Clients).Select(i => PostAsync(client, i, started, posting.Token));
        try
        {
            await Task.WhenAll([.. clients, SignalAsync(started, cancellationToken)]);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new RunFailedException($"the service answers no more:\n{_service.LastWords()}");
        }
    }

    private async Task PostAsync(MailApiClient client, int number, long started, CancellationToken cancellationToken)
    {
        for (var i = 0; Stopwatch.GetElapsedTime(started) < _duration; i++)
        {
            var ledgerId = $"ledger-{number}-{i}";
            _ledger.RecordAccepted(ledgerId, await client.SendUntilAcceptedAsync(ledgerId, cancellationToken));
            await Task.Delay(Random.Shared.Next(0, 15), cancellationToken);
        }
    }

    private async Task SignalAsync(long started, CancellationToken cancellationToken)
    {
        while (true)
        {
            // From a fifth of the interval to 1.8 times it: early in a start, and well into the work.
            await Task.Delay(_options.KillEvery * (0.2 + (1.6 * Random.Shared.NextDouble())), cancellationToken);
            if (Stopwatch.GetElapsedTime(started) >= _duration)
            {
                return;
            }

            _signals++;
            if (_options.Signal == "KILL")
            {
                await _service.KillAsync();
            }
            else if (!await _service.TerminateAsync())
            {
                _slowStops++;
            }

            _service.Start();
            _restarts.Restarted();
        }
    }

    private async Task RecordAsync(CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var transaction in _relay.Received.ReadAllAsync(cancellationToken))
            {
                _ledger.RecordReceived(transaction);
                _restarts.Delivered(transaction.ConnectedAt, transaction.ReceivedAt);
            }
        }
        catch (OperationCanceledException)
        {
            // The run is over; what had arrived by then is in the book.
        }
    }

    /// <summary>Until the service itself says that nothing is left, or until it has had its time.</summary>
    private static async Task DrainAsync(MailApiClient client, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < DrainTimeout && await client.HasUnsentAsync(cancellationToken))
        {
            await Task.Delay(DrainPoll, cancellationToken);
        }
    }

    /// <summary>Extra copies beyond the interrupted attempts that the service owns up to.</summary>
    private async Task<int> CountUnexplainedAsync(MailApiClient client, CancellationToken cancellationToken)
    {
        var unexplained = 0;
        foreach (var (messageId, extra) in _ledger.Duplicated)
        {
            var interrupted = await client.CountInterruptedAsync(messageId, cancellationToken);
            unexplained += Math.Max(0, extra - interrupted);
        }

        return unexplained;
    }

    private CrashReport Report(int unexplained) => new()
    {
        Signal = _options.Signal,
        Signals = _signals,
        SlowStops = _slowStops,
        Accepted = _ledger.Accepted,
        Lost = _ledger.Lost,
        ExtraCopies = _ledger.Duplicated.Sum(duplicated => duplicated.Extra),
        DifferentMessageIds = _ledger.DifferentMessageIds,
        Unexplained = unexplained,
        CutOffBeforeDot = _relay.CutOffBeforeDot,
        CutOffAfterDot = _relay.CutOffAfterDot,
        SlowestRestart = _restarts.Slowest,
        RestartsWithoutDelivery = _restarts.WithoutDelivery,
        RestartLimit = _options.RestartLimit,
    };
}
