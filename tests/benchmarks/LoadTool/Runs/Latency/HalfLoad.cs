using System.Diagnostics;
using MailApi.Benchmarks.LoadTool.Http;
using MailApi.Benchmarks.LoadTool.Relay;
using MailApi.Benchmarks.LoadTool.Reporting;

namespace MailApi.Benchmarks.LoadTool.Runs.Latency;

/// <summary>
/// Finds out what the service can do from one end to the other, then sends at half of that rate, evenly and whatever the
/// answers take, while single messages are timed.
/// </summary>
public sealed class HalfLoad(IMessageService service, Arrivals arrivals, Load load, int connections)
{
    private static readonly TimeSpan FullLoad = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan DrainTimeout = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    /// <returns>The rate that was kept, in messages a second, and the times.</returns>
    public async Task<(double Rate, List<Sample> Samples)> MeasureAsync(
        Probe probe, int messages, CancellationToken cancellationToken)
    {
        await FullAsync(cancellationToken); // what is compiled under load has been
        var half = await FullAsync(cancellationToken) / 2;

        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var driver = new HttpDriver(service, load, connections);
        var started = Stopwatch.GetTimestamp();
        var sending = driver.SendAtRateAsync(half, end.Token, cancellationToken);
        await Task.Delay(Settling, cancellationToken);
        var samples = await probe.AtIntervalsAsync(messages, Interval, cancellationToken);
        var rate = driver.Posted / Stopwatch.GetElapsedTime(started).TotalSeconds;
        await end.CancelAsync();
        await sending;
        if (rate < 0.95 * half)
        {
            Progress.Say($"the load fell behind: {rate:N0}/s of {half:N0}/s");
        }

        return (rate, samples);
    }

    /// <summary>Messages a second, until the last one has arrived.</summary>
    private async Task<double> FullAsync(CancellationToken cancellationToken)
    {
        var driver = new HttpDriver(service, load, connections);
        var before = arrivals.Count;
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        end.CancelAfter(FullLoad);
        var started = Stopwatch.GetTimestamp();
        await driver.SendUntilAsync(end.Token, cancellationToken);
        await Waiting.ForAsync(
            () => arrivals.Count - before >= driver.Posted, DrainTimeout, "not every message arrived", cancellationToken);
        return driver.Posted / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }
}
