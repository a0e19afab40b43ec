using MailApi.Benchmarks.LoadTool.Reporting;

namespace MailApi.Benchmarks.LoadTool.Runs.Fairness;

/// <summary>The times from the POST to the relay's 250 in every case, and what was promised of them.</summary>
public sealed class FairnessTable
{
    private readonly Table _table = new("milliseconds", "median", "p95", "p99", "max");
    private readonly Goals _goals = new();

    /// <summary>The same messages before and while something hangs.</summary>
    public void AddPair(string what, List<Sample> alone, List<Sample> beside)
    {
        var before = Add($"{what}: before", alone).At(95);
        _goals.AtMost($"{what}, p95 of before", 1.1, Add($"{what}: meanwhile", beside).At(95) / before);
    }

    public void AddTakeOver(string what, TimeSpan time) => _goals.AtMost(what, 15, time.TotalSeconds, " s");

    /// <summary>Beside a backlog that is sent as fast as it goes: nothing was promised.</summary>
    public void AddSending(string what, List<Sample> samples) => Add(what, samples);

    public void AddHigh(string what, List<Sample> samples) =>
        _goals.AtMost($"{what}, max", 1000, Add(what, samples).At(100).TotalMilliseconds, " ms");

    public void AddFirst(string what, List<Sample> idle, List<Sample> beside)
    {
        var usual = Add($"{what}: idle", idle).At(50);
        var slowest = Add($"{what}: beside a flood", beside).At(100);
        _goals.AtMost($"{what}, max beyond idle", 1000, (slowest - usual).TotalMilliseconds, " ms");
    }

    public void Print()
    {
        _table.Print();
        _goals.Print();
    }

    private Percentiles Add(string row, List<Sample> samples)
    {
        // What did not arrive counts with the whole patience: too long in any case.
        var late = samples.Count(s => !s.Arrived);
        var times = new Percentiles(samples.Select(s => s.Whole));
        _table.Add([late == 0 ? row : $"{row} ({late} did not arrive)", .. times.Cells()]);
        return times;
    }
}
