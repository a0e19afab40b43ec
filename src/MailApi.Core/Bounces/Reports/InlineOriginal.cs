namespace MailApi.Core.Bounces.Reports;

/// <summary>Parts a text where the returned message begins in it, as mail servers without MIME write it.</summary>
internal static class InlineOriginal
{
    private const int MaxLines = 400;

    private static readonly string[] OfHeadersAlone = ["From", "Received", "Message-ID"];

    private static readonly HashSet<string> Known = new(StringComparer.OrdinalIgnoreCase)
    {
        "Received", "From", "To", "Cc", "Subject", "Date", "Message-ID", "MIME-Version", "Return-Path", "Content-Type",
        "DKIM-Signature", "DomainKey-Signature", "Reply-To", "Sender", "X-Mailer", "Content-Transfer-Encoding", "User-Agent",
        "Delivered-To", "References", "In-Reply-To", "Received-SPF", "Authentication-Results",
    };

    /// <summary>The notice before the header, the header, and all from the header on, where there is one.</summary>
    public static (string Notice, Fields? Header, string? Message) Split(string text)
    {
        var lines = text.Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            if (!IsKnownField(lines[i]))
            {
                continue;
            }

            if (ReadHeader(lines, i, out var end) is not { } header)
            {
                // What is no header has none in its second half either.
                i = end;
            }
            else
            {
                var notice = string.Join('\n', lines[..i]);

                // A header at the very top is the report's own, written once more; what follows is the notice.
                return string.IsNullOrWhiteSpace(notice)
                    ? (text, header.Has("Message-ID") ? header : null, null)
                    : (notice, header, string.Join('\n', lines[i..]));
            }
        }

        return (text, null, null);
    }

    /// <summary>A message as it was before a mail program quoted it.</summary>
    public static string Unquote(string message)
    {
        var lines = message.Split('\n').Select(line => line.TrimStart('>'));
        return message[0] == '>' ? string.Join('\n', lines.Select(line => line.StartsWith(' ') ? line[1..] : line)) : message;
    }

    private static Fields? ReadHeader(string[] lines, int start, out int end)
    {
        var header = new Fields();
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        for (end = start; end < lines.Length && end < start + MaxLines; end++)
        {
            var line = Unquoted(lines[end]);
            var isContinuation = line.Length > 0 && line[0] is ' ' or '\t';
            if (string.IsNullOrWhiteSpace(line) || !(isContinuation || Fields.IsField(line, out _)))
            {
                break;
            }

            header.AddLine(line.TrimEnd());
            if (IsKnownField(lines[end]))
            {
                names.Add(line[..line.IndexOf(':', StringComparison.Ordinal)].TrimEnd());
            }
        }

        // Notices list some fields of the message, too, but not those that only a header has together.
        return names.Count >= 3 && names.Overlaps(OfHeadersAlone) ? header : null;
    }

    private static bool IsKnownField(string line)
    {
        var text = Unquoted(line);
        return text.Length > 0 && text[0] is not (' ' or '\t') && Fields.IsField(text, out var colon)
            && Known.Contains(text[..colon].TrimEnd());
    }

    private static string Unquoted(string line) =>
        line.StartsWith("> ", StringComparison.Ordinal) ? line[2..] : line;
}
