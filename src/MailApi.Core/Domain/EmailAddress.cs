using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace MailApi.Core.Domain;

/// <summary>
/// A mail address that can be used in an envelope: the local part as given (NFC), the domain in lower case and as
/// A-labels (RFC 5890). Made by <see cref="TryParse"/> only.
/// </summary>
public sealed record EmailAddress
{
    private const int MaxLocalPart = 64;
    private const int MaxLength = 254;
    private const int MaxLabel = 63;
    private const string AtomText = ".!#$%&'*+-/=?^_`{|}~";

    private static readonly IdnMapping Idn = new() { UseStd3AsciiRules = true };

    private EmailAddress(string localPart, string domain)
    {
        LocalPart = localPart;
        Domain = domain;
        IsInternational = !Ascii.IsValid(localPart);
        Key = $"{localPart}@{domain}".ToLowerInvariant();
    }

    /// <summary>Left of the at sign, as the author wrote it.</summary>
    public string LocalPart { get; }

    /// <summary>Right of the at sign: lower case, A-labels.</summary>
    public string Domain { get; }

    /// <summary>True when the local part needs SMTPUTF8 (RFC 6531) on the way.</summary>
    public bool IsInternational { get; }

    /// <summary>What all spellings of one mailbox share, for look-ups: the whole address in lower case.</summary>
    public string Key { get; }

    /// <summary>
    /// Reads a bare address (RFC 5321 §4.1.2, RFC 6531): at most 254 octets, 64 of them local part, a domain of at least
    /// two labels. False with a sentence for the caller when it cannot be mailed to.
    /// </summary>
    public static bool TryParse(
        string? text, [NotNullWhen(true)] out EmailAddress? address, [NotNullWhen(false)] out string? error)
    {
        address = null;
        var at = text?.LastIndexOf('@') ?? -1;
        if (at < 0)
        {
            error = "An address has the form local-part@domain.";
            return false;
        }

        var local = text![..at];
        error = CheckLocalPart(ref local);
        if (error is not null || !TryReadDomain(text[(at + 1)..], out var domain, out error))
        {
            return false;
        }

        // As given, and as it will stand in the envelope.
        if (Math.Max(Encoding.UTF8.GetByteCount(text), Encoding.UTF8.GetByteCount(local) + 1 + domain.Length) > MaxLength)
        {
            error = "An address has at most 254 octets.";
            return false;
        }

        error = null;
        address = new EmailAddress(local, domain);
        return true;
    }

    public override string ToString() => $"{LocalPart}@{Domain}";

    private static string? CheckLocalPart(ref string local)
    {
        if (local.Length == 0)
        {
            return "The part before the at sign is missing.";
        }

        // Before and after it is normalised: a mark can hide the character under it, and some normalise to ASCII.
        var error = CheckCharacters(local);
        if (error is null && !Ascii.IsValid(local))
        {
            local = local.Normalize(NormalizationForm.FormC);
            error = CheckCharacters(local);
        }

        return error ?? (Encoding.UTF8.GetByteCount(local) > MaxLocalPart
            ? "The part before the at sign has at most 64 octets."
            : null);
    }

    private static string? CheckCharacters(string local) => local[0] == '"' ? CheckQuoted(local) : CheckDotAtom(local);

    private static string? CheckDotAtom(string local)
    {
        if (local[0] == '.' || local[^1] == '.' || local.Contains("..", StringComparison.Ordinal))
        {
            return "A dot stands between other characters before the at sign, not first, last or twice.";
        }

        // Half a surrogate pair comes out of the enumeration as U+FFFD, a symbol.
        foreach (var rune in local.EnumerateRunes())
        {
            if (rune.IsAscii ? !Rune.IsLetterOrDigit(rune) && !AtomText.Contains((char)rune.Value) : !IsVisible(rune))
            {
                return "The part before the at sign has a character that is not allowed there.";
            }
        }

        return null;
    }

    private static string? CheckQuoted(string local)
    {
        if (local.Length < 3 || local[^1] != '"')
        {
            return "A quoted part before the at sign begins and ends with a quotation mark.";
        }

        for (var i = 1; i < local.Length - 1; i++)
        {
            var quoted = local[i] == '\\';
            if (quoted && ++i == local.Length - 1)
            {
                return "A backslash quotes the character behind it.";
            }

            if (local[i] is < ' ' or >= '\u007f' || (local[i] == '"' && !quoted))
            {
                return "A quoted part before the at sign has a character that is not allowed there.";
            }
        }

        return null;
    }

    private static bool TryReadDomain(
        string text, [NotNullWhen(true)] out string? domain, [NotNullWhen(false)] out string? error)
    {
        domain = null;
        error = null;
        if (text.StartsWith('['))
        {
            error = "Addresses with an IP literal as domain are not taken.";
            return false;
        }

        try
        {
            if (!IsInternationalName(text))
            {
                error = "The domain has a character that no domain has.";
                return false;
            }

            domain = Ascii.IsValid(text)
                ? text.ToLowerInvariant()
                : Idn.GetAscii(text.Normalize(NormalizationForm.FormC)).ToLowerInvariant();
        }
        catch (ArgumentException)
        {
            error = "The domain is not a valid internationalised name.";
            return false;
        }

        var labels = domain.Split('.');
        if (labels.Length < 2)
        {
            error = "The domain needs a dot, as in example.com.";
        }
        else if (domain.Length > 253 || Array.Exists(labels, l => !IsLabel(l)))
        {
            error = "The domain has a label that is not allowed: letters, digits and inner hyphens, at most 63.";
        }
        else if (!IsTopLevel(labels[^1]))
        {
            error = "The last label of a domain has at least two characters and begins with a letter.";
        }

        return error is null;
    }

    /// <summary>Hyphens in third and fourth place are for A-labels alone (RFC 5891 §4.2.3.1).</summary>
    private static bool IsLabel(string label) =>
        label.Length is > 0 and <= MaxLabel && label[0] != '-' && label[^1] != '-'
        && label.All(c => char.IsAsciiLetterOrDigit(c) || c == '-')
        && (label.Length < 4 || label[2] != '-' || label[3] != '-' || IsALabel(label));

    private static bool IsTopLevel(string label) =>
        label.Length > 1 && char.IsAsciiLetter(label[0]);

    private static bool IsALabel(string label)
    {
        if (!label.StartsWith("xn--", StringComparison.Ordinal))
        {
            return false;
        }

        try
        {
            return Idn.GetAscii(Idn.GetUnicode(label)).Equals(label, StringComparison.OrdinalIgnoreCase);
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    /// <summary>Letters, marks and digits of all scripts, and the few joiners and dots that names need (RFC 5892).</summary>
    private static bool IsInternationalName(string domain) => domain.EnumerateRunes().All(r =>
        r.IsAscii || "\u00b7\u0375\u05f3\u05f4\u200c\u200d\u3002\u30fb\uff0e\uff61".Contains(r.ToString(), StringComparison.Ordinal)
        || Rune.IsLetter(r) || Rune.IsDigit(r)
        || Rune.GetUnicodeCategory(r) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark);

    private static bool IsVisible(Rune rune) => rune != Rune.ReplacementChar && Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.SpaceSeparator or UnicodeCategory.OtherNotAssigned or UnicodeCategory.PrivateUse);
}
