using System.Buffers;

namespace MailApi.Core.Bounces;

/// <summary>Where a mail address stands in a text.</summary>
internal readonly record struct FoundAddress(int Start, int Length);

/// <summary>Finds mail addresses in free text, in one pass.</summary>
internal static class AddressScanner
{
    private const int MaxLocalPart = 128;
    private const int MaxDomain = 255;

    private static readonly SearchValues<char> LocalSymbols = SearchValues.Create("!#$%&'*+-/=?^_`{|}~.");

    public static List<FoundAddress> FindAll(string text)
    {
        var found = new List<FoundAddress>();
        for (var at = text.IndexOf('@'); at >= 0; at = text.IndexOf('@', at + 1))
        {
            var floor = found.Count > 0 ? found[^1].Start + found[^1].Length : 0;
            var start = LocalStart(text, at, Math.Max(floor, at - MaxLocalPart));
            var end = DomainEnd(text, at + 1);
            if (start < at && end > at + 1)
            {
                found.Add(new FoundAddress(start, end - start));
            }
        }

        return found;
    }

    private static int LocalStart(string text, int at, int floor)
    {
        if (at > floor && text[at - 1] == '"')
        {
            var quote = text.AsSpan(floor, at - 1 - floor).LastIndexOf('"');
            return quote < 0 ? at : floor + quote;
        }

        var start = at;
        while (start > floor && (char.IsLetterOrDigit(text[start - 1]) || LocalSymbols.Contains(text[start - 1])))
        {
            start--;
        }

        // None of these begins an address in practice: they are quotes, or the end of what stands before it.
        while (start < at && text[start] is '.' or '\'' or '`' or '=' or '*' or '|' or '/' or '&')
        {
            start++;
        }

        if (start < at && start > floor && text[start] == '?' && text[start - 1] == '=')
        {
            // An encoded word, which some put where an address belongs.
            return start - 1;
        }

        // "for=bob@example.net"
        var equals = text.AsSpan(start, at - start).IndexOf('=');
        var isLabelled = equals > 0 && text.AsSpan(start, equals) is "for" or "to" or "from" or "rfc822" or "email";
        return isLabelled ? start + equals + 1 : start;
    }

    private static int DomainEnd(string text, int start)
    {
        if (start < text.Length && text[start] == '[')
        {
            var close = text.AsSpan(start, Math.Min(MaxDomain, text.Length - start)).IndexOf(']');
            return close < 0 ? start : start + close + 1;
        }

        var end = start;
        var limit = Math.Min(text.Length, start + MaxDomain);
        while (end < limit && (char.IsLetterOrDigit(text[end]) || text[end] is '-' or '.' or '_'))
        {
            end++;
        }

        // A top-level domain is all ASCII or not at all: what is glued to "example.jp" begins the next word.
        var top = text.AsSpan(start, end - start).LastIndexOf('.') + start + 1;
        if (top < end && char.IsAsciiLetter(text[top]))
        {
            var foreign = text.AsSpan(top, end - top).IndexOfAnyExceptInRange('\0', '\u007f');
            end = foreign < 0 ? end : top + foreign;
        }

        while (end > start && text[end - 1] is '.' or '-' or '_')
        {
            end--;
        }

        return end;
    }
}
