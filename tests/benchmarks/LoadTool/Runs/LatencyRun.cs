using System.Diagnostics;
using MailApi.Benchmarks.LoadTool.Http;
using MailApi.Benchmarks.LoadTool.Peers;
using MailApi.Benchmarks.LoadTool.Relay;
using MailApi.Benchmarks.LoadTool.Reporting;

namespace MailApi.Benchmarks.LoadTool.Runs;

/// <summary>How soon an idle service hands a message on: one message at a time, with nothing else to do.</summary>
public static class LatencyRun
{
    private const int DefaultMessages = 200;
    private const int WarmUp = 20;
    private static readonly TimeSpan ArrivalTimeout = TimeSpan.FromSeconds(30);

    public static async Task<int> ExecuteAsync(Options options, CancellationToken cancellationToken)
    {
        var assembly = ServiceBuild.Find(options);
        using var workspace = new Workspace(options.Keep);
        await MachineFacts.PrintAsync(workspace, cancellationToken);
        await using var databases = new ServiceDatabases(workspace);
        await using var relay = new RecordingRelay(slowestAnswer: TimeSpan.Zero);
        relay.Start();

        var table = new Table("milliseconds", "median", "p95", "p99", "max");
        foreach (var provider in options.Providers)
        {
            var database = await databases.CreateAsync(
                provider, $"latency{provider}".ToLowerInvariant(), cancellationToken);
            await using var service = new MailApiProcess(workspace, assembly, database, relay.Port);
            service.Start();
            await service.WaitUntilReadyAsync(cancellationToken);
            using var client = new MailApiClient(service.Address, service.ApiKey);
            var samples = await MeasureAsync(client, relay, options.Messages ?? DefaultMessages, cancellationToken);
            table.Add([$"{provider}: 202 to MAIL FROM", .. new Percentiles(samples.Select(s => s.ToRelay)).Cells()]);
            table.Add([$"{provider}: POST to 250", .. new Percentiles(samples.Select(s => s.Whole)).Cells()]);
        }

        table.Print();
        return 0;
    }

    private static async Task<List<Sample>> MeasureAsync(
        MailApiClient client, RecordingRelay relay, int messages, CancellationToken cancellationToken)
    {
        var samples = new List<Sample>(messages);
        for (var i = -WarmUp; i < messages; i++)
        {
            // The pause is the load: a service that has gone idle again before each message.
            await Task.Delay(Random.Shared.Next(20, 60), cancellationToken);
            var sample = await SendOneAsync(client, relay, $"latency-{i + WarmUp}", cancellationToken);
            if (i >= 0)
            {
                samples.Add(sample);
            }
        }

        return samples;
    }

    private static async Task<Sample> SendOneAsync(
        MailApiClient client, RecordingRelay relay, string ledgerId, CancellationToken cancellationToken)
    {
        var posted = Stopwatch.GetTimestamp();
        await client.SendAsync(ledgerId, cancellationToken);
        var accepted = Stopwatch.GetTimestamp();
        try
        {
            var transaction = await relay.Received.ReadAsync(cancellationToken).AsTask()
                .WaitAsync(ArrivalTimeout, cancellationToken);
            var answered = await transaction.Answered.WaitAsync(ArrivalTimeout, cancellationToken);
            return transaction.LedgerId == ledgerId
                ? new Sample(
                    Stopwatch.GetElapsedTime(accepted, transaction.BegunAt), Stopwatch.GetElapsedTime(posted, answered))
                : throw new RunFailedException($"{transaction.LedgerId} arrived instead of {ledgerId}");
        }
        catch (TimeoutException)
        {
            throw new RunFailedException($"{ledgerId} was accepted and did not reach the relay in {ArrivalTimeout}");
        }
    }

    /// <param name="ToRelay">From the 202 to MAIL FROM; below zero when the relay heard of it first.</param>
    /// <param name="Whole">From the first byte of the POST to the relay's 250.</param>
    private sealed record Sample(TimeSpan ToRelay, TimeSpan Whole);
}
