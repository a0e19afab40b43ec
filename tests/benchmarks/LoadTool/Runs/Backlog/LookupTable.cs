using System.Globalization;
using MailApi.Benchmarks.LoadTool.Reporting;

namespace MailApi.Benchmarks.LoadTool.Runs.Backlog;

/// <summary>Every look-up, idle and under load.</summary>
public sealed class LookupTable(Provider provider, int past)
{
    private readonly Dictionary<string, LookupTimes> _idle = [];
    private readonly Dictionary<string, LookupTimes> _loaded = [];

    public void AddIdle(string name, LookupTimes times) => _idle.Add(name, times);

    public void AddLoaded(string name, LookupTimes times) => _loaded.Add(name, times);

    public void Print()
    {
        var table = new Table(
            string.Create(CultureInfo.InvariantCulture, $"{provider}, {past:N0} delivered: milliseconds"),
            "requests", "median", "p99", "half load: median", "p99");
        foreach (var (name, idle) in _idle)
        {
            table.Add(
                name, idle.Times.Count.ToString(CultureInfo.InvariantCulture), Text(idle.Median), Text(idle.P99),
                Text(_loaded[name].Median), Text(_loaded[name].P99));
        }

        table.Print();
    }

    public void AddTo(Goals goals)
    {
        foreach (var (name, idle) in _idle)
        {
            goals.AtMost($"{provider}, {name}, p99", 50, idle.P99, " ms");
        }
    }

    private static string Text(double milliseconds) => milliseconds.ToString("N1", CultureInfo.InvariantCulture);
}
