using System.Text;

namespace MailApi.Core.Bounces.Reports.Wording;

/// <summary>A recipient named in a text for people, and the lines that are about it.</summary>
internal sealed record NamedRecipient(string Email, string Words);

/// <summary>Finds the failed recipients in a text for people, by where their addresses stand in it.</summary>
internal sealed class Notice
{
    private const int MaxLines = 2000;
    private const int MaxRecipients = 100;
    private const int MaxWords = 8192;

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
        _mentions = Mention.FindAll(_lines);
        _plain = new(_mentions.Where(m => m.IsPlain).Select(m => m.Email), StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>True when the text itself says who failed.</summary>
    public bool NamesRecipients => _mentions.Exists(m => m.IsPlain && IsForeign(m.Email));

    public bool Mentions(string email) => _mentions.Exists(m => Same(m.Email, email));

    public List<NamedRecipient> Recipients()
    {
        var chosen = Choose().Take(MaxRecipients).ToList();
        var all = new HashSet<string>(chosen, StringComparer.OrdinalIgnoreCase);
        return chosen.Count == 1
            ? [new NamedRecipient(chosen[0], string.Join('\n', _lines))]
            : chosen.ConvertAll(e => new NamedRecipient(e, WordsAbout(e, all)));
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
        return Array.Exists(ReportPhrases.Roles, r => local.Equals(r, StringComparison.OrdinalIgnoreCase));
    }

    private string WordsAbout(string email, HashSet<string> all)
    {
        var words = new StringBuilder();
        var (mine, isQuoted, hasWords) = (false, false, false);
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

            // Those who stand in a list without a word between them share what follows it.
            mine = here || (mine && (!other || !hasWords) && (!isQuoted || IsAnswer(_lines[i])));
            hasWords = (here ? false : hasWords) || HasWords(_lines[i]);
            isQuoted = here ? quotedHere : isQuoted;
            if (mine)
            {
                words.Append(_lines[i]).Append('\n');
            }
        }

        return words.ToString();
    }

    private static bool HasWords(string line)
    {
        var letters = line.Count(char.IsLetter);
        var ofAddresses = AddressScanner.FindAll(line).Sum(a => line.Skip(a.Start).Take(a.Length).Count(char.IsLetter));
        return letters > ofAddresses + 2;
    }

    /// <summary>What follows a line of a session belongs to it only when it is the reply, or goes on with an indent.</summary>
    private static bool IsAnswer(string line) =>
        line.StartsWith("<<<", StringComparison.Ordinal) || line.StartsWith(' ') || line.StartsWith('\t');

    private static List<string> Distinct(IEnumerable<Mention> mentions) =>
        [.. mentions.Select(m => m.Email).Distinct(StringComparer.OrdinalIgnoreCase)];

    private static bool Same(string a, string b) => a.Equals(b, StringComparison.OrdinalIgnoreCase);
}
