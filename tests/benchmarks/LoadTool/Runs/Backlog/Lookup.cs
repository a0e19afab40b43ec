using MailApi.Benchmarks.LoadTool.Reporting;

namespace MailApi.Benchmarks.LoadTool.Runs.Backlog;

/// <summary>Something that callers ask for.</summary>
/// <param name="Name">As the table calls it.</param>
/// <param name="Path">The path of the next request, with the cursor that the last page ended with if there was one.</param>
public sealed record Lookup(string Name, Func<string?, string> Path);

/// <summary>How long a look-up took.</summary>
/// <param name="Times">Of each request.</param>
public sealed record LookupTimes(IReadOnlyList<TimeSpan> Times)
{
    private readonly Percentiles _percentiles = new(Times);

    public double Median => _percentiles.At(50).TotalMilliseconds;

    public double P99 => _percentiles.At(99).TotalMilliseconds;
}
