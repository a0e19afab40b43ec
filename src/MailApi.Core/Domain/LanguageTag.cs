using System.Globalization;

namespace MailApi.Core.Domain;

/// <summary>Language tags (RFC 5646) as templates use them: language, script and region.</summary>
public static class LanguageTag
{
    /// <summary>Characters of a tag.</summary>
    public const int MaxLength = 35;

    /// <summary>The usual spelling: <c>DE_at</c> becomes <c>de-AT</c>. False for what is no tag.</summary>
    public static bool TryNormalize(string text, out string tag)
    {
        tag = "";
        var steps = text.Replace('_', '-').Split('-');
        if (text.Length > MaxLength || steps[0].Length is < 2 or > 3 || !steps[0].All(char.IsAsciiLetter)
            || steps.Skip(1).Any(s => s.Length is < 2 or > 8 || !s.All(char.IsAsciiLetterOrDigit)))
        {
            return false;
        }

        tag = string.Join('-', steps.Select((s, i) => (i, s.Length) switch
        {
            (0, _) => s.ToLowerInvariant(),
            (_, 2) => s.ToUpperInvariant(),
            (_, 4) => CultureInfo.InvariantCulture.TextInfo.ToTitleCase(s.ToLowerInvariant()),
            _ => s.ToLowerInvariant(),
        }));
        return true;
    }

    /// <summary>The tag and what it falls back to (RFC 4647 §3.4): <c>de-AT</c>, <c>de</c>.</summary>
    public static IEnumerable<string> Chain(string tag)
    {
        for (var rest = tag; rest.Length > 0; rest = rest.LastIndexOf('-') is > 0 and var cut ? rest[..cut] : "")
        {
            yield return rest;
        }
    }
}
