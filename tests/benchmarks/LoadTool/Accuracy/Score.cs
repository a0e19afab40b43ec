using System.Globalization;
using MailApi.Benchmarks.LoadTool.Reporting;

namespace MailApi.Benchmarks.LoadTool.Accuracy;

/// <summary>How often something was right, and where it was not.</summary>
public sealed class Score(string name)
{
    private readonly List<string> _misses = [];
    private int _count;

    public void Count(bool isRight, string miss)
    {
        _count++;
        if (!isRight)
        {
            _misses.Add(miss);
        }
    }

    public void AddTo(Table table) => table.Add(
        name,
        _count.ToString(CultureInfo.InvariantCulture),
        _misses.Count.ToString(CultureInfo.InvariantCulture),
        _count == 0 ? "" : (1 - (_misses.Count / (double)_count)).ToString("P2", CultureInfo.InvariantCulture));

    public void PrintMisses()
    {
        foreach (var miss in _misses)
        {
            Console.WriteLine($"{name}: {miss}");
        }
    }
}
