using MailApi.Benchmarks.LoadTool.Reporting;

namespace MailApi.Benchmarks.LoadTool.Runs.Speed;

/// <summary>Messages per second of one row; null where a row has no such figure.</summary>
public sealed record Rates(double? Accepted, double? EndToEnd);

/// <summary>A row of the speed table: how it is measured, and what came out so far.</summary>
/// <param name="name">As the table calls it.</param>
/// <param name="measure">Measures it once, on an empty database of that number.</param>
public sealed class Contestant(string name, Func<int, CancellationToken, Task<Rates>> measure)
{
    private readonly List<Rates> _rounds = [];

    public string Name => name;

    /// <summary>Messages per second accepted, the middle round's; null for the limit.</summary>
    public double? Accepted => Middle(r => r.Accepted);

    /// <summary>Messages per second from one end to the other; null for those that only accept.</summary>
    public double? EndToEnd => Middle(r => r.EndToEnd);

    /// <summary>The slowest and the fastest round, by what the row is compared by.</summary>
    public (double Slowest, double Fastest) Range
    {
        get
        {
            var rates = _rounds.ConvertAll(r => r.EndToEnd ?? r.Accepted ?? 0);
            return (rates.Min(), rates.Max());
        }
    }

    public async Task MeasureAsync(int round, CancellationToken cancellationToken) =>
        _rounds.Add(await measure(round, cancellationToken));

    private double? Middle(Func<Rates, double?> rate) => Median.Of([.. _rounds.Select(rate).OfType<double>()]);
}
