namespace MailApi.Benchmarks.LoadTool.Reporting;

/// <summary>A markdown table whose columns line up on a terminal too; the first column is text, the rest numbers.</summary>
public sealed class Table(params string[] header)
{
    private readonly List<string[]> _rows = [header];

    public void Add(params string[] cells) => _rows.Add(cells);

    public void Print()
    {
        var widths = header.Select((_, column) => _rows.Max(row => row[column].Length)).ToArray();
        PrintRow(header, widths);
        Console.WriteLine(
            $"|{string.Join('|', widths.Select((width, i) => new string('-', width + 1) + (i == 0 ? "-" : ":")))}|");
        foreach (var row in _rows.Skip(1))
        {
            PrintRow(row, widths);
        }
    }

    private static void PrintRow(string[] row, int[] widths) => Console.WriteLine(
        $"| {string.Join(" | ", row.Select((cell, i) => i == 0 ? cell.PadRight(widths[i]) : cell.PadLeft(widths[i])))} |");
}
