using System.Globalization;
using MailApi.Benchmarks.LoadTool.Reporting;

namespace MailApi.Benchmarks.LoadTool.Runs.Speed;

/// <summary>The speed rows beside each other; the ratios travel to other machines, the figures do not.</summary>
public sealed class SpeedTable(Contestant limit, Contestant? postfix, Contestant? fastify, Contestant? fastifyAlone)
{
    private readonly Table _table =
        new("row", "accepted/s", "end to end/s", "slowest to fastest", "x Postfix", "x Fastify", "x limit");

    /// <summary>Adds a row; one that has no way to the end is compared by what is accepted.</summary>
    public void Add(Contestant row)
    {
        var alone = row.EndToEnd is null;
        _table.Add(
            row.Name,
            Rate(row.Accepted),
            Rate(row.EndToEnd),
            $"{Rate(row.Range.Slowest)} to {Rate(row.Range.Fastest)}",
            Ratio(alone ? row.Accepted / postfix?.Accepted : row.EndToEnd / postfix?.EndToEnd),
            Ratio(alone ? row.Accepted / fastifyAlone?.Accepted : row.EndToEnd / fastify?.EndToEnd),
            Ratio((row.EndToEnd ?? row.Accepted) / limit.EndToEnd));
    }

    public void Print() => _table.Print();

    private static string Rate(double? rate) => rate?.ToString("N0", CultureInfo.InvariantCulture) ?? "";

    private static string Ratio(double? ratio) => ratio?.ToString("N2", CultureInfo.InvariantCulture) ?? "";
}
