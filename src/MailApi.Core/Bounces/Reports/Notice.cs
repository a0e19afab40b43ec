using System.Buffers;
using System.Text;

namespace MailApi.Core.Bounces.Reports;

/// <summary>A recipient named in a text for people, and the lines that are about it.</summary>
internal sealed record NamedRecipient(string Email, string Words);

/// <summary>Finds the failed recipients in a text for people, by where their addresses stand in it.</summary>
internal sealed class Notice
{
    private const int MaxLines = 2000;

    private static readonly string[] Introductions =
    [
        "rcpt to", "recipient", "recipients", "recipient address", "unknown user", "user unknown", "invalid user", "no such user",
        "delivered to", "deliver to", "deliver your message to", "deliver mail to", "delivery to", "reach", "mail to", "message to",
        "email to", "e-mail to", "address", "addressee", "addresses", "destinataire", "destinatario", "destinatário", "empfänger",
        "geadresseerde", "odbiorca", "odbiorcy", "ontvanger", "user", "account", "mailbox", "宛先", "送信先", "收件人", "получатель", "адрес",
        "an", "à", "para", "sent to", "failed", "undeliverable to", "list",
    ];

    private static readonly string[] Roles =
    [
        "postmaster", "mailer-daemon", "mailerdaemon", "abuse", "support", "helpdesk", "help", "hostmaster", "webmaster", "noreply",
        "no-reply", "administrator", "admin", "info-request",
    ];

    private static readonly SearchValues<char> ListMarks = SearchValues.Create(" \t*>-•·<\"'(|#:・　");

    private readonly string[] _lines;
    private readonly HashSet<string> _own;
    private readonly HashSet<string> _originalRecipients;

    /// <param name="text">The notice, without the returned message.</param>
    /// <param name="own">Addresses of the sender and of who wrote the report.</param>
    /// <param name="originalRecipients">To and Cc of the returned message.</param>
    public Notice(string text, IEnumerable<string> own, IEnumerable<string> originalRecipients)
    {
        _lines = text.Split('\n', MaxLines + 1)[..Math.Min(MaxLines, text.AsSpan().Count('\n') + 1)];
        _originalRecipients = new(originalRecipients, StringComparer.OrdinalIgnoreCase);
        _own = new(own, StringComparer.OrdinalIgnoreCase);
        _own.ExceptWith(_originalRecipients);
    }

    /// <summary>True when the text itself says who failed.</summary>
    public bool NamesRecipients => Mentions().Exists(m => m.IsPlain && IsForeign(m.Email));

    public List<NamedRecipient> Recipients()
    {
        var mentions = Mentions();
        var chosen = Choose(mentions).Take(ReportReader.MaxRecipients).ToList();
        return [.. chosen.Select(e => new NamedRecipient(e, chosen.Count == 1 ? string.Join('\n', _lines) : WordsAbout(e, chosen, mentions)))];
    }

    /// <summary>The lines that mention an address, or follow a line that does; all lines when none does.</summary>
    public string WordsAbout(string email)
    {
        var mentions = Mentions();
        return mentions.Exists(m => Same(m.Email, email))
            ? WordsAbout(email, [.. mentions.Where(m => m.IsPlain).Select(m => m.Email).Append(email).Distinct(StringComparer.OrdinalIgnoreCase)], mentions)
            : string.Join('\n', _lines);
    }

    private List<string> Choose(List<Mention> mentions)
    {
        var plain = Distinct(mentions.Where(m => m.IsPlain && IsForeign(m.Email)));
        if (plain.Count > 0)
        {
            return plain;
        }

        var all = Distinct(mentions.Where(m => IsForeign(m.Email)));
        var returned = all.FindAll(_originalRecipients.Contains);
        if (returned.Count > 0)
        {
            return returned;
        }

        if (all.Count == 1)
        {
            return all;
        }

        if (_originalRecipients.Count == 1)
        {
            return [.. _originalRecipients];
        }

        // Somebody wrote to themselves, or the report came by way of the address that failed.
        return Distinct(mentions.Where(m => m.IsPlain && !IsRole(m.Email)));
    }

    private bool IsForeign(string email)
    {
        if (_originalRecipients.Contains(email))
        {
            return true;
        }

        return !_own.Contains(email) && !IsRole(email);
    }

    private static bool IsRole(string email)
    {
        var local = email[..email.LastIndexOf('@')];
        return Array.Exists(Roles, r => local.Equals(r, StringComparison.OrdinalIgnoreCase));
    }

    private List<Mention> Mentions()
    {
        var mentions = new List<Mention>();
        for (var i = 0; i < _lines.Length; i++)
        {
            var line = _lines[i];
            if (!line.Contains('@', StringComparison.Ordinal) || IsAboutTheSender(line))
            {
                continue;
            }

            foreach (var address in AddressScanner.FindAll(line).Where(a => IsPlausible(line, a)))
            {
                var before = line.AsSpan(0, address.Start);
                mentions.Add(new Mention(
                    i, line.Substring(address.Start, address.Length), Begins(before) || IsIntroduced(before)));
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
        return email[(email.LastIndexOf('@') + 1)..].Contains('.') && !isName;
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

    private static bool IsIntroduced(ReadOnlySpan<char> before)
    {
        var words = before.TrimEnd(" \t:<\"'([=：");
        foreach (var introduction in Introductions)
        {
            if (words.EndsWith(introduction, StringComparison.OrdinalIgnoreCase)
                && (words.Length == introduction.Length || !char.IsAsciiLetter(words[^(introduction.Length + 1)])))
            {
                return true;
            }
        }

        return false;
    }

    private string WordsAbout(string email, List<string> all, List<Mention> mentions)
    {
        var words = new StringBuilder();
        var mine = false;
        var next = 0;
        for (var i = 0; i < _lines.Length; i++)
        {
            var here = false;
            var other = false;
            for (; next < mentions.Count && mentions[next].Line == i; next++)
            {
                here |= Same(mentions[next].Email, email);
                other |= all.Exists(a => Same(a, mentions[next].Email) && !Same(a, email));
            }

            mine = here || (mine && !other);
            if (mine)
            {
                words.Append(_lines[i]).Append('\n');
            }
        }

        return words.ToString();
    }

    private static List<string> Distinct(IEnumerable<Mention> mentions) =>
        [.. mentions.Select(m => m.Email).Distinct(StringComparer.OrdinalIgnoreCase)];

    private static bool Same(string a, string b) => a.Equals(b, StringComparison.OrdinalIgnoreCase);

    /// <summary>An address in a line; plain when it stands where failed recipients are named.</summary>
    private readonly record struct Mention(int Line, string Email, bool IsPlain);
}
