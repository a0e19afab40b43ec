namespace MailApi.Benchmarks.LoadTool.Reporting;

/// <summary>A markdown table that lines up on a terminal too; after the first column come numbers.</summary>
public sealed class Table(params string[] header)
{
    private readonly List<string[]> _rows = [header];

    public int Rows => _rows.Count - 1;

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

    private static void PrintRow(string[] row, int[] widths)
    {
        var cells = row.Select((cell, i) => i == 0 ? cell.PadRight(widths[i]) : cell.PadLeft(widths[i]));
        Console.WriteLine($"| {string.Join(" | ", cells)} |");
    }
}
