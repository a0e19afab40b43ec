using System.Globalization;
using MailApi.Benchmarks.LoadTool.Reporting;

namespace MailApi.Benchmarks.LoadTool.Runs.Latency;

/// <summary>The times of all states beside each other, and what was promised of them.</summary>
public sealed class LatencyTable
{
    private readonly Table _table = new("milliseconds", "median", "p95", "p99", "max");
    private readonly Goals _goals = new();

    public void AddIdle(string where, List<Sample> samples)
    {
        Check(samples);
        _table.Add([$"{where}, idle: 202 to MAIL FROM", .. new Percentiles(samples.Select(s => s.ToRelay)).Cells()]);
        var whole = Add($"{where}, idle: POST to 250", samples);
        _goals.AtMost($"{where}, idle, median", 15, whole.At(50).TotalMilliseconds, " ms");
        _goals.AtMost($"{where}, idle, p99", 60, whole.At(99).TotalMilliseconds, " ms");
    }

    /// <param name="where">The database.</param>
    /// <param name="rate">Messages a second besides.</param>
    /// <param name="samples">The times meanwhile.</param>
    public void AddLoaded(string where, double rate, List<Sample> samples)
    {
        Check(samples);
        var row = string.Create(CultureInfo.InvariantCulture, $"{where}, half load ({rate:N0}/s): POST to 250");
        _goals.AtMost($"{where}, half load, p99", 150, Add(row, samples).At(99).TotalMilliseconds, " ms");
    }

    public void Print()
    {
        _table.Print();
        _goals.Print();
    }

    private Percentiles Add(string row, List<Sample> samples)
    {
        var whole = new Percentiles(samples.Select(s => s.Whole));
        _table.Add([row, .. whole.Cells()]);
        return whole;
    }

    private static void Check(List<Sample> samples)
    {
        if (samples.Exists(s => !s.Arrived))
        {
            throw new RunFailedException($"{samples.Count(s => !s.Arrived)} messages were accepted and did not reach the relay in time");
        }
    }
}
