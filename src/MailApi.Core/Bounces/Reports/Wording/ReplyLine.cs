using System.Globalization;
using MailApi.Core.Bounces.Replies;
using MailApi.Core.Domain;

namespace MailApi.Core.Bounces.Reports.Wording;

/// <summary>Finds the reply of a server that somebody quoted in a text.</summary>
internal static class ReplyLine
{
    private const int MaxLength = 1000;

    /// <summary>
    /// The first reply that bears an enhanced code, else the first that has words. Numbers in dates, addresses and ids
    /// are none.
    /// </summary>
    public static SmtpReply? Find(string text)
    {
        SmtpReply? plain = null;
        for (var i = 0; i + 3 <= text.Length; i++)
        {
            if (!IsCodeAt(text, i))
            {
                continue;
            }

            var words = Paragraph(text, i);
            var code = int.Parse(words.AsSpan(0, 3), NumberStyles.None, CultureInfo.InvariantCulture);
            var near = words.Length > 24 ? words[..24] : words;
            if (EnhancedStatusCode.TryFind(near, out var enhanced) && enhanced[0] == words[0])
            {
                return new SmtpReply(code, enhanced, words);
            }

            plain ??= new SmtpReply(code, null, words);
        }

        return plain;
    }

    /// <summary>A reply ends where its paragraph does.</summary>
    private static string Paragraph(string text, int start)
    {
        var rest = text.AsSpan(start, Math.Min(MaxLength, text.Length - start));
        var end = rest.IndexOf("\n\n");
        return (end < 0 ? rest : rest[..end]).ToString();
    }

    private static bool IsCodeAt(string text, int i)
    {
        if (text[i] is not ('4' or '5') || text[i + 1] is not (>= '0' and <= '5') || !char.IsAsciiDigit(text[i + 2]))
        {
            return false;
        }

        var isFree = i == 0 || !(char.IsLetterOrDigit(text[i - 1]) || ".-_/+:@=".Contains(text[i - 1], StringComparison.Ordinal))
            || (text[i - 1] is ':' or '=' && i > 1 && !char.IsAsciiDigit(text[i - 2]));
        if (!isFree || i + 4 >= text.Length || text[i + 3] is not (' ' or '-' or ':' or ',' or '\n' or '#' or ';'))
        {
            return false;
        }

        // "550 bytes" is a size and "421 Main Street" an address; a year, a port or a size has no reply's first words.
        var rest = text.AsSpan(i + 4).TrimStart();
        return !rest.IsEmpty
            && !rest.StartsWith("bytes") && !rest.StartsWith("KB") && !rest.StartsWith("days") && !rest.StartsWith("minutes");
    }
}
