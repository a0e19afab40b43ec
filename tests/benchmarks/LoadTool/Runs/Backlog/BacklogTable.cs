using System.Globalization;
using MailApi.Benchmarks.LoadTool.Reporting;
using MailApi.Benchmarks.LoadTool.Runs.Speed;

namespace MailApi.Benchmarks.LoadTool.Runs.Backlog;

/// <summary>Throughput on filled databases beside that on an empty one.</summary>
public sealed class BacklogTable
{
    private readonly Table _table = new("end to end", "messages/s", "slowest to fastest", "of empty");
    private readonly Contestant _empty;

    public BacklogTable(Contestant empty)
    {
        _empty = empty;
        Add(empty);
    }

    public void Add(Contestant row) => _table.Add(
        row.Name, Rate(row.EndToEnd), $"{Rate(row.Range.Slowest)} to {Rate(row.Range.Fastest)}",
        (row.EndToEnd / _empty.EndToEnd)?.ToString("N2", CultureInfo.InvariantCulture) ?? "");

    public void Print() => _table.Print();

    private static string Rate(double? rate) => rate?.ToString("N0", CultureInfo.InvariantCulture) ?? "";
}
