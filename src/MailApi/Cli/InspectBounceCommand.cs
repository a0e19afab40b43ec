using System.CommandLine;
using System.Globalization;
using MailApi.Core.Bounces.Reports;
using MailApi.Core.Domain;

namespace MailApi.Cli;

/// <summary>Shows what the service would make of reports in files, without a database.</summary>
internal static class InspectBounceCommand
{
    private const int DiagnosticWidth = 70;
    private static readonly string[] Heading =
        ["FILE", "KIND", "RECIPIENT", "CLASS", "CATEGORY", "CODE", "ENHANCED", "DIAGNOSTIC"];

    public static Command Make()
    {
        var files = new Argument<FileInfo[]>("FILE")
        {
            Description = "Mails as they arrived.",
            Arity = ArgumentArity.OneOrMore,
        };
        var command = new Command("inspect-bounce", "Show what would be made of bounces, delays and complaints.") { files };
        command.SetAction(async (result, cancellationToken) =>
        {
            var rows = new List<string[]> { Heading };
            foreach (var file in result.GetRequiredValue(files))
            {
                if (!file.Exists)
                {
                    return CommandLine.Fail($"there is no file {file}.");
                }

                await using var stream = file.OpenRead();
                rows.AddRange(Rows(file.Name, await ReportReader.ReadAsync(stream, cancellationToken)));
            }

            Print(rows);
            return 0;
        });
        return command;
    }

    private static IEnumerable<string[]> Rows(string file, BounceReport report)
    {
        var kind = Names.Of(report.Kind);
        return report.Recipients.Count == 0 ? [[file, kind, "", "", "", "", "", ""]] : report.Recipients.Select(r => new[]
        {
            file,
            Names.Of(r.Kind),
            r.Email,
            r.Verdict is { } verdict ? Names.Of(verdict.Class) : "",
            r.Verdict is { } known ? Names.Of(known.Category) : "",
            r.Code?.ToString(CultureInfo.InvariantCulture) ?? "",
            r.EnhancedCode ?? "",
            Printable(r.Diagnostic ?? ""),
        });
    }

    /// <summary>A stranger wrote it; a terminal obeys control characters.</summary>
    private static string Printable(string text)
    {
        var safe = string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c));
        return safe.Length > DiagnosticWidth ? $"{safe[..(DiagnosticWidth - 1)]}…" : safe;
    }

    private static void Print(List<string[]> rows)
    {
        var widths = Heading.Select((_, column) => rows.Max(row => row[column].Length)).ToArray();
        foreach (var row in rows)
        {
            Console.WriteLine(string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
        }
    }
}
