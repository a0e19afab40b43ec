using System.Globalization;

namespace MailApi.Benchmarks.LoadTool.Reporting;

/// <summary>What was promised beside what was measured.</summary>
public sealed class Goals
{
    private readonly Table _table = new("goal", "wanted", "measured", "");

    /// <summary>At least <paramref name="wanted"/>; left out when it was not measured.</summary>
    public void AtLeast(string goal, double wanted, double? measured, string unit = "") =>
        Add(goal, $"≥ {Text(wanted)}{unit}", measured, unit, measured >= wanted);

    /// <summary>At most <paramref name="wanted"/>; left out when it was not measured.</summary>
    public void AtMost(string goal, double wanted, double? measured, string unit = "") =>
        Add(goal, $"≤ {Text(wanted)}{unit}", measured, unit, measured <= wanted);

    public void Print()
    {
        if (_table.Rows > 0)
        {
            Console.WriteLine();
            _table.Print();
        }
    }

    private void Add(string goal, string wanted, double? measured, string unit, bool reached)
    {
        if (measured is { } value)
        {
            _table.Add(goal, wanted, $"{Text(value)}{unit}", reached ? "reached" : "not reached");
        }
    }

    private static string Text(double value) => value.ToString(
        Math.Abs(value) >= 100 ? "N0" : "0.##", CultureInfo.InvariantCulture);
}
