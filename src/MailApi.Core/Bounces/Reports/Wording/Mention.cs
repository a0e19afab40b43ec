using System.Buffers;

namespace MailApi.Core.Bounces.Reports.Wording;

/// <summary>
/// An address in a line of a text; plain when it stands where failed recipients are named, quoted when in a line of the
/// session between two servers.
/// </summary>
internal readonly record struct Mention(int Line, string Email, bool IsPlain, bool IsQuoted)
{
    private const int MaxMentions = 2000;

    private static readonly SearchValues<char> ListMarks = SearchValues.Create(" \t*>-•·<\"'(|#:・　");
    private static readonly SearchValues<char> TokenMarks = SearchValues.Create(" \t<\"'(");
    private static readonly SearchValues<char> CodeMarks = SearchValues.Create("0123456789.- ");

    public static List<Mention> FindAll(string[] lines)
    {
        var mentions = new List<Mention>();
        for (var i = 0; i < lines.Length && mentions.Count < MaxMentions; i++)
        {
            var line = lines[i];
            if (!line.Contains('@', StringComparison.Ordinal) || IsAboutTheSender(line))
            {
                continue;
            }

            foreach (var address in AddressScanner.FindAll(line).Where(a => IsPlausible(line, a)))
            {
                var before = line.AsSpan(0, address.Start);
                var email = WithoutGlue(line.Substring(address.Start, address.Length));
                mentions.Add(new Mention(i, email, Begins(before) || IsIntroduced(before), IsQuotedIn(before)));
            }
        }

        return mentions;
    }

    /// <summary>A domain has a dot; and in <c>ann@example.net &lt;bob@example.org&gt;</c> the first is a name.</summary>
    private static bool IsPlausible(string line, FoundAddress address)
    {
        var email = line.AsSpan(address.Start, address.Length);
        var rest = line.AsSpan(address.Start + address.Length);
        var isName = rest.StartsWith(" <") && rest.IndexOf('>') is var close and > 0 && rest[..close].Contains('@');
        var token = line.AsSpan(0, address.Start);
        token = token[(token.LastIndexOfAny(TokenMarks) + 1)..];
        var isInLink = token.Contains("://", StringComparison.Ordinal);
        return email[(email.LastIndexOf('@') + 1)..].Contains('.') && !isName && !isInLink;
    }

    /// <summary>Chinese and Japanese leave no space before an address: its ASCII end is the address.</summary>
    private static string WithoutGlue(string email)
    {
        var at = email.LastIndexOf('@');
        var glue = email.AsSpan(0, at).LastIndexOfAnyInRange('\u2e80', '\uffef') + 1;
        var hasAsciiEnd = glue < at && email.AsSpan(glue, at - glue).IndexOfAnyExceptInRange('!', '~') < 0;
        return glue > 0 && hasAsciiEnd ? email[glue..] : email;
    }

    private static bool IsAboutTheSender(string line)
    {
        var trimmed = line.AsSpan().TrimStart().TrimStart("<>-*: ");
        return trimmed.StartsWith("From", StringComparison.OrdinalIgnoreCase)
            || trimmed.StartsWith("MAIL FROM", StringComparison.OrdinalIgnoreCase)
            || trimmed.StartsWith("Message-ID", StringComparison.OrdinalIgnoreCase)
            || trimmed.StartsWith("Message ID", StringComparison.OrdinalIgnoreCase)
            || trimmed.StartsWith("Sender", StringComparison.OrdinalIgnoreCase)
            || trimmed.StartsWith("Original Sender", StringComparison.OrdinalIgnoreCase)
            || trimmed.StartsWith("Reply-To", StringComparison.OrdinalIgnoreCase)
            || trimmed.StartsWith("References", StringComparison.OrdinalIgnoreCase)
            || trimmed.StartsWith("In-Reply-To", StringComparison.OrdinalIgnoreCase)
            || trimmed.StartsWith("X-Postfix-Sender", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Only marks of a list or a quotation stand before the address.</summary>
    private static bool Begins(ReadOnlySpan<char> before) =>
        before.IndexOfAnyExcept(ListMarks) is var other && (other < 0 || IsNumbering(before[other..]));

    private static bool IsNumbering(ReadOnlySpan<char> before)
    {
        var mark = before.TrimEnd(" \t<\"'");
        return mark.Length is > 1 and < 5 && mark[^1] is '.' or ')' && mark[..^1].IndexOfAnyExceptInRange('0', '9') < 0;
    }

    /// <summary>
    /// <c>RCPT TO:&lt;</c>, or a reply before the address, as in <c>550 5.1.1 &lt;ann@example.net&gt;... User unknown</c>.
    /// </summary>
    private static bool IsQuotedIn(ReadOnlySpan<char> before)
    {
        var head = before.TrimEnd(" <:");
        if (head.EndsWith("RCPT TO", StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }

        var reply = head.TrimStart(" \t<>");
        return reply.Length is >= 3 and < 16 && reply[0] is '4' or '5' && !reply.ContainsAnyExcept(CodeMarks);
    }

    private static bool IsIntroduced(ReadOnlySpan<char> before)
    {
        var words = WithoutName(before).TrimEnd(" \t:<\"'([=：");
        foreach (var introduction in ReportPhrases.Introductions)
        {
            if (words.EndsWith(introduction, StringComparison.OrdinalIgnoreCase)
                && (words.Length == introduction.Length || !char.IsAsciiLetter(words[^(introduction.Length + 1)])))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>In <c>to "Ann" &lt;ann@example.net&gt;</c> the name stands between the word that matters and the address.</summary>
    private static ReadOnlySpan<char> WithoutName(ReadOnlySpan<char> before)
    {
        var head = before.TrimEnd('<').TrimEnd();
        var hasName = before.EndsWith("<") && head.EndsWith("\"");
        return hasName && head[..^1].LastIndexOf('"') is var quote and >= 0 ? head[..quote] : before;
    }
}
