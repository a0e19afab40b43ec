using System.Buffers;
using System.Text;

namespace MailApi.Core.Bounces.Reports;

/// <summary>A recipient named in a text for people, and the lines that are about it.</summary>
internal sealed record NamedRecipient(string Email, string Words);

/// <summary>Finds the failed recipients in a text for people, by where their addresses stand in it.</summary>
internal sealed class Notice
{
    private const int MaxLines = 2000;
    private const int MaxMentions = 2000;
    private const int MaxRecipients = 100;
    private const int MaxWords = 8192;

    private static readonly string[] Introductions =
    [
        "recipient", "recipients", "recipient address", "unknown user", "user unknown", "invalid user", "no such user",
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

    private static readonly SearchValues<char> TokenMarks = SearchValues.Create(" \t<\"'(");

    private static readonly SearchValues<char> CodeMarks = SearchValues.Create("0123456789.- ");

    private readonly string[] _lines;
    private readonly HashSet<string> _own;
    private readonly HashSet<string> _originalRecipients;
    private readonly List<Mention> _mentions;
    private readonly HashSet<string> _plain;

    /// <param name="text">The notice, without the returned message.</param>
    /// <param name="own">Addresses of the sender and of who wrote the report.</param>
    /// <param name="originalRecipients">To and Cc of the returned message.</param>
    public Notice(string text, IEnumerable<string> own, IEnumerable<string> originalRecipients)
    {
        _lines = text.Split('\n', MaxLines + 1)[..Math.Min(MaxLines, text.AsSpan().Count('\n') + 1)];
        _originalRecipients = new(originalRecipients, StringComparer.OrdinalIgnoreCase);
        _own = new(own, StringComparer.OrdinalIgnoreCase);
        _own.ExceptWith(_originalRecipients);
        _mentions = FindMentions();
        _plain = new(_mentions.Where(m => m.IsPlain).Select(m => m.Email), StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>True when the text itself says who failed.</summary>
    public bool NamesRecipients => _mentions.Exists(m => m.IsPlain && IsForeign(m.Email));

    public bool Mentions(string email) => _mentions.Exists(m => Same(m.Email, email));

    public List<NamedRecipient> Recipients()
    {
        var chosen = Choose().Take(MaxRecipients).ToList();
        var all = new HashSet<string>(chosen, StringComparer.OrdinalIgnoreCase);
        return [.. chosen.Select(e => new NamedRecipient(e, chosen.Count == 1 ? string.Join('\n', _lines) : WordsAbout(e, all)))];
    }

    /// <summary>The lines before the first recipient, which are about all of them.</summary>
    public string Common()
    {
        var first = _mentions.Find(m => m.IsPlain && IsForeign(m.Email));
        return first.Email is null ? "" : string.Join('\n', _lines[..first.Line]);
    }

    /// <summary>The lines that mention an address, or follow a line that does; all lines when none does.</summary>
    public string WordsAbout(string email) =>
        Mentions(email) ? WordsAbout(email, _plain) : string.Join('\n', _lines);

    private List<string> Choose()
    {
        var plain = Distinct(_mentions.Where(m => m.IsPlain && IsForeign(m.Email)));
        if (plain.Count > 0)
        {
            return plain;
        }

        var quoted = Distinct(_mentions.Where(m => m.IsQuoted && IsForeign(m.Email)));
        if (quoted.Count > 0)
        {
            return quoted;
        }

        var all = Distinct(_mentions.Where(m => IsForeign(m.Email)));
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
        return Distinct(_mentions.Where(m => m.IsPlain && !IsRole(m.Email)));
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

    private List<Mention> FindMentions()
    {
        var mentions = new List<Mention>();
        for (var i = 0; i < _lines.Length && mentions.Count < MaxMentions; i++)
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
                    i, WithoutGlue(line.Substring(address.Start, address.Length)), Begins(before) || IsIntroduced(before), IsQuotedIn(before)));
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
        return email[(email.LastIndexOf('@') + 1)..].Contains('.') && !isName && !token.Contains("://", StringComparison.Ordinal);
    }

    /// <summary>Chinese and Japanese leave no space before an address: its ASCII end is the address.</summary>
    private static string WithoutGlue(string email)
    {
        var at = email.LastIndexOf('@');
        var glue = email.AsSpan(0, at).LastIndexOfAnyInRange('\u2e80', '\uffef') + 1;
        return glue > 0 && glue < at && email.AsSpan(glue, at - glue).IndexOfAnyExceptInRange('!', '~') < 0 ? email[glue..] : email;
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

    /// <summary><c>RCPT TO:&lt;</c>, or a reply before the address, as in <c>550 5.1.1 &lt;ann@example.net&gt;... User unknown</c>.</summary>
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

    /// <summary>The name in <c>to "Ann" &lt;ann@example.net&gt;</c> stands between the word that matters and the address.</summary>
    private static ReadOnlySpan<char> WithoutName(ReadOnlySpan<char> before)
    {
        var head = before.TrimEnd('<').TrimEnd();
        return before.EndsWith("<") && head.EndsWith("\"") && head[..^1].LastIndexOf('"') is var quote and >= 0 ? head[..quote] : before;
    }

    private string WordsAbout(string email, HashSet<string> all)
    {
        var words = new StringBuilder();
        var (mine, isQuoted) = (false, false);
        var next = 0;
        for (var i = 0; i < _lines.Length && words.Length < MaxWords; i++)
        {
            var (here, quotedHere) = (false, false);
            var other = false;
            for (; next < _mentions.Count && _mentions[next].Line == i; next++)
            {
                var isMine = Same(_mentions[next].Email, email);
                here |= isMine;
                quotedHere |= isMine && _mentions[next].IsQuoted;
                other |= !isMine && all.Contains(_mentions[next].Email);
            }

            mine = here || (mine && !other && (!isQuoted || IsAnswer(_lines[i])));
            isQuoted = here ? quotedHere : isQuoted;
            if (mine)
            {
                words.Append(_lines[i]).Append('\n');
            }
        }

        return words.ToString();
    }

    /// <summary>What follows a line of a session belongs to it only when it is the reply, or goes on with an indent.</summary>
    private static bool IsAnswer(string line) => line.StartsWith("<<<", StringComparison.Ordinal) || line.StartsWith(' ') || line.StartsWith('\t');

    private static List<string> Distinct(IEnumerable<Mention> mentions) =>
        [.. mentions.Select(m => m.Email).Distinct(StringComparer.OrdinalIgnoreCase)];

    private static bool Same(string a, string b) => a.Equals(b, StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// An address in a line; plain when it stands where failed recipients are named, quoted when in a line of the session.
    /// </summary>
    private readonly record struct Mention(int Line, string Email, bool IsPlain, bool IsQuoted);
}
