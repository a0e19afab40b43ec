using System.Net;
using System.Text;

namespace MailApi.Core.Bounces.Reports;

/// <summary>The words of a report that exists as HTML alone. Blocks become lines; nothing is parsed that could be deep.</summary>
internal static class HtmlWords
{
    private static readonly string[] Blocks =
    [
        "br", "p", "/p", "div", "/div", "tr", "/tr", "li", "/li", "table", "/table", "h1", "h2", "h3", "/h1", "/h2", "/h3", "hr",
    ];

    public static string Of(string html)
    {
        var words = new StringBuilder(Math.Min(html.Length, 16384));
        var rest = html.AsSpan();
        while (!rest.IsEmpty)
        {
            var open = rest.IndexOf('<');
            words.Append(open < 0 ? rest : rest[..open]);
            if (open < 0)
            {
                break;
            }

            rest = rest[(open + 1)..];
            var close = rest.IndexOf('>');
            var tag = close < 0 ? rest : rest[..close];

            // An address in angle brackets that nobody escaped.
            if (tag.Contains('@') && !tag.Contains('='))
            {
                words.Append('<').Append(tag).Append('>');
            }

            rest = close < 0 ? [] : rest[(close + 1)..];
            rest = SkipHidden(tag, rest);
            words.Append(IsBlock(tag) ? "\n" : "");
        }

        return WebUtility.HtmlDecode(words.ToString());
    }

    private static ReadOnlySpan<char> SkipHidden(ReadOnlySpan<char> tag, ReadOnlySpan<char> rest)
    {
        foreach (var name in (ReadOnlySpan<string>)["style", "script", "title"])
        {
            if (tag.StartsWith(name, StringComparison.OrdinalIgnoreCase))
            {
                var end = rest.IndexOf($"</{name}", StringComparison.OrdinalIgnoreCase);
                return end < 0 ? [] : rest[end..];
            }
        }

        return rest;
    }

    private static bool IsBlock(ReadOnlySpan<char> tag)
    {
        var end = tag.IndexOfAny(' ', '\n', '\t');
        var name = (end < 0 ? tag : tag[..end]).TrimEnd('/');
        foreach (var block in Blocks)
        {
            if (name.Equals(block, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
