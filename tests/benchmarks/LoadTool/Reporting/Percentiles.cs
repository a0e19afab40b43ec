using System.Globalization;

namespace MailApi.Benchmarks.LoadTool.Reporting;

/// <summary>Times put in order, asked for by rank.</summary>
public sealed class Percentiles(IEnumerable<TimeSpan> times)
{
    private readonly TimeSpan[] _times = [.. times.Order()];

    /// <summary>The nearest rank: the smallest time that <paramref name="percent"/> of all do not exceed.</summary>
    public TimeSpan At(double percent) =>
        _times[Math.Clamp((int)Math.Ceiling(_times.Length * percent / 100) - 1, 0, _times.Length - 1)];

    /// <summary>Median, p95, p99 and the largest as table cells in milliseconds.</summary>
    public string[] Cells() => [.. new double[] { 50, 95, 99, 100 }.Select(percent =>
        At(percent).TotalMilliseconds.ToString("F1", CultureInfo.InvariantCulture))];
}
