using System.Text;

namespace MailApi.Core.Suppressing.Importing;

/// <summary>Comma-separated values (RFC 4180), as programs and spreadsheets write them.</summary>
public static class Csv
{
    /// <summary>
    /// The records of a text with the line each begins on. The separator is the first of comma, semicolon and tab that the
    /// first line has. Empty lines are passed over.
    /// </summary>
    public static IEnumerable<CsvRecord> Read(string text)
    {
        var at = text.StartsWith('\uFEFF') ? 1 : 0;
        var separator = SeparatorOf(text);
        var line = 1;
        while (at < text.Length)
        {
            var begun = line;
            List<string> fields = [];
            bool more;
            do
            {
                fields.Add(ReadField(text, separator, ref at, ref line, out more));
            }
            while (more);

            if (fields is not [""])
            {
                yield return new CsvRecord(begun, fields);
            }
        }
    }

    /// <summary>One record without its line end.</summary>
    public static string Write(params IEnumerable<string?> fields) => string.Join(',', fields.Select(Quote));

    private static char SeparatorOf(string text)
    {
        var end = text.AsSpan().IndexOfAny('\r', '\n');
        var first = end < 0 ? text : text[..end];
        return ",;\t".FirstOrDefault(first.Contains, ',');
    }

    /// <summary>Reads up to and over the separator or line end behind the field; after a separator there is more.</summary>
    private static string ReadField(string text, char separator, ref int at, ref int line, out bool more)
    {
        more = false;
        var field = new StringBuilder();
        var quoted = at < text.Length && text[at] == '"';
        at += quoted ? 1 : 0;
        while (at < text.Length)
        {
            var c = text[at++];
            if (quoted && c == '"')
            {
                // Two of them stand for one; one ends the quotation.
                quoted = at < text.Length && text[at] == '"';
                at += quoted ? 1 : 0;
                if (!quoted)
                {
                    continue;
                }
            }
            else if (!quoted && c == separator)
            {
                more = true;
                break;
            }
            else if (c is '\n' or '\r')
            {
                at += c == '\r' && at < text.Length && text[at] == '\n' ? 1 : 0;
                line++;
                if (!quoted)
                {
                    break;
                }

                c = '\n';
            }

            field.Append(c);
        }

        return field.ToString();
    }

    private static string Quote(string? field) => field is null ? ""
        : field.AsSpan().IndexOfAny("\",\r\n") < 0 ? field
        : $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}

/// <summary>A record of a CSV text.</summary>
/// <param name="Line">The line it begins on, from 1.</param>
/// <param name="Fields">Its fields, unquoted.</param>
public sealed record CsvRecord(int Line, IReadOnlyList<string> Fields);
