using System.Diagnostics;
using MailApi.Benchmarks.LoadTool.Http;
using MailApi.Benchmarks.LoadTool.Relay;

namespace MailApi.Benchmarks.LoadTool.Runs;

/// <summary>One message that was timed.</summary>
/// <param name="ToRelay">From the 202 to MAIL FROM; below zero when the relay heard of it first.</param>
/// <param name="Whole">From the first byte of the POST to the relay's 250; the patience when it did not come.</param>
/// <param name="Arrived">False when the patience was over before.</param>
public sealed record Sample(TimeSpan ToRelay, TimeSpan Whole, bool Arrived);

/// <summary>Sends single messages and times their way through the service.</summary>
public sealed class Probe(MailApiClient client, Arrivals arrivals)
{
    private static int _sent;

    /// <summary>How long a message is waited for.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The domain of the recipients.</summary>
    public string Domain { get; init; } = "rcpt.example";

    public string Priority { get; init; } = "normal";

    /// <summary>
    /// One after the other with a random pause of 20 to 60 ms before each, which is the load: a service that has gone idle
    /// again.
    /// </summary>
    public async Task<List<Sample>> OneByOneAsync(int messages, CancellationToken cancellationToken)
    {
        List<Sample> samples = [];
        for (var i = 0; i < messages; i++)
        {
            await Task.Delay(Random.Shared.Next(20, 60), cancellationToken);
            samples.Add(await SendAsync(cancellationToken));
        }

        return samples;
    }

    /// <summary>One every <paramref name="interval"/>, whether or not those before have arrived.</summary>
    public async Task<List<Sample>> AtIntervalsAsync(int messages, TimeSpan interval, CancellationToken cancellationToken)
    {
        List<Task<Sample>> samples = [];
        using var timer = new PeriodicTimer(interval);
        while (samples.Count < messages && await timer.WaitForNextTickAsync(cancellationToken))
        {
            samples.Add(SendAsync(cancellationToken));
        }

        return [.. await Task.WhenAll(samples)];
    }

    public async Task<Sample> SendAsync(CancellationToken cancellationToken)
    {
        var ledgerId = $"probe-{Interlocked.Increment(ref _sent)}";
        var arrival = arrivals.Of(ledgerId);
        var posted = Stopwatch.GetTimestamp();
        await client.SendAsync(ledgerId, Domain, Priority, cancellationToken);
        var accepted = Stopwatch.GetTimestamp();
        try
        {
            var transaction = await arrival.WaitAsync(Patience, cancellationToken);
            var answered = await transaction.Answered.WaitAsync(Patience, cancellationToken);
            return new Sample(
                Stopwatch.GetElapsedTime(accepted, transaction.BegunAt), Stopwatch.GetElapsedTime(posted, answered), true);
        }
        catch (TimeoutException)
        {
            return new Sample(Patience, Patience, Arrived: false);
        }
    }
}
