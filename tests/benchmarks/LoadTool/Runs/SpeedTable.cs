using System.Globalization;
using MailApi.Benchmarks.LoadTool.Reporting;

namespace MailApi.Benchmarks.LoadTool.Runs;

/// <summary>The speed rows beside each other; the ratios travel to other machines, the figures do not.</summary>
public sealed class SpeedTable
{
    private readonly Table _table = new("row", "accepted/s", "end to end/s", "x Postfix", "x limit");
    private readonly Rates _limit;
    private readonly Rates _postfix;

    public SpeedTable(Rates limit, Rates postfix)
    {
        _limit = limit;
        _postfix = postfix;
        Add("limit: smtp-source to smtp-sink", limit);
        Add("Postfix, relaying", postfix);
    }

    /// <summary>Adds a row; one that has no way to the end is compared by what it accepts.</summary>
    public void Add(string name, Rates rates) => _table.Add(
        name,
        Rate(rates.Accepted),
        Rate(rates.EndToEnd),
        rates.EndToEnd is null ? Ratio(rates.Accepted, _postfix.Accepted) : Ratio(rates.EndToEnd, _postfix.EndToEnd),
        Ratio(rates.EndToEnd ?? rates.Accepted, _limit.EndToEnd));

    public void Print() => _table.Print();

    private static string Rate(double? rate) => rate?.ToString("N0", CultureInfo.InvariantCulture) ?? "";

    private static string Ratio(double? rate, double? reference) =>
        (rate / reference)?.ToString("N2", CultureInfo.InvariantCulture) ?? "";
}
