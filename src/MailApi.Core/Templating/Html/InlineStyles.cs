using System.Text;
using AngleSharp;
using AngleSharp.Css;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using Microsoft.Extensions.Caching.Memory;

namespace MailApi.Core.Templating.Html;

/// <summary>
/// Writes the rules of style elements into the elements they match: several mail clients read nothing else. The cascade is
/// that of CSS; <c>!important</c> decides and is then left out, so that a media query can still override.
/// </summary>
internal static class InlineStyles
{
    private const int CacheSize = 4 << 20;

    private static readonly MemoryCache Sheets = new(new MemoryCacheOptions { SizeLimit = CacheSize });

    /// <summary>True when there is anything to inline.</summary>
    public static bool Concerns(string html) => html.Contains("<style", StringComparison.OrdinalIgnoreCase);

    /// <summary>The HTML of the document with its styles inlined. A piece without html and body tags stays one.</summary>
    public static string Apply(string html, IHtmlDocument document)
    {
        List<StyleRule> rules = [];
        var rest = new StringBuilder();
        foreach (var style in document.QuerySelectorAll("style").ToList())
        {
            if (style.GetAttribute("media") is { } media && media is not ("all" or "screen" or ""))
            {
                continue;
            }

            var sheet = SheetOf(style.TextContent);
            rules.AddRange(sheet.Rules);
            rest.Append(sheet.Rest);
            style.TextContent = sheet.Rest.Length > 0 ? $"\n{sheet.Rest}" : "";
            if (sheet.Rest.Length == 0)
            {
                style.Remove();
            }
        }

        if (document.Body is { } body && rules.Count > 0)
        {
            var writer = new Inliner(rules);
            writer.Inline(body);
            foreach (var element in body.Descendants<IElement>())
            {
                writer.Inline(element);
            }
        }

        return html.Contains("<body", StringComparison.OrdinalIgnoreCase) || html.Contains("<html", StringComparison.OrdinalIgnoreCase)
            ? document.ToHtml()
            : $"{string.Concat(document.QuerySelectorAll("head style").Select(s => s.OuterHtml))}{document.Body?.InnerHtml}";
    }

    private static StyleSheet SheetOf(string css)
    {
        if (Sheets.TryGetValue(css, out StyleSheet? sheet))
        {
            return sheet!;
        }

        sheet = StyleSheet.Parse(css);
        using var entry = Sheets.CreateEntry(css);
        entry.Value = sheet;
        entry.Size = css.Length;
        return sheet;
    }

    /// <summary>Writes style attributes. Elements that match the same rules, as the cells of a table do, share one.</summary>
    private sealed class Inliner(List<StyleRule> rules)
    {
        private const int MaxShared = 64;

        private readonly Dictionary<ulong, string> _shared = [];
        private readonly List<int> _matched = [];

        public void Inline(IElement element)
        {
            _matched.Clear();
            for (var i = 0; i < rules.Count; i++)
            {
                if (rules[i].Selector.Match(element, null))
                {
                    _matched.Add(i);
                }
            }

            if (_matched.Count > 0)
            {
                element.SetAttribute("style", Style(element.GetAttribute("style")));
            }
        }

        private string Style(string? own)
        {
            if (own is { Length: > 0 } || rules.Count > MaxShared)
            {
                return Write(own ?? "");
            }

            var key = 0UL;
            foreach (var rule in _matched)
            {
                key |= 1UL << rule;
            }

            return _shared.TryGetValue(key, out var style) ? style : _shared[key] = Write("");
        }

        /// <summary>Later declarations win; one of the same name is written once, where the winner stands.</summary>
        private string Write(string own)
        {
            var found = _matched
                .SelectMany(i => rules[i].Declarations.Select(
                    d => (Layer: d.IsImportant ? 2 : 0, rules[i].Specificity, Order: i, Declaration: d)))
                .Concat(own.Length == 0 ? [] : StyleSheet.Declarations(own).Select(
                    d => (Layer: d.IsImportant ? 3 : 1, Specificity: Priority.Zero, Order: rules.Count, Declaration: d)));
            var sorted = found.OrderBy(f => f.Layer).ThenBy(f => f.Specificity).ThenBy(f => f.Order)
                .Select(f => f.Declaration).ToList();
            var last = new Dictionary<string, StyleDeclaration>(StringComparer.OrdinalIgnoreCase);
            foreach (var declaration in sorted)
            {
                last[declaration.Name] = declaration;
            }

            return string.Join("; ", sorted.Where(d => ReferenceEquals(last[d.Name], d)).Select(d => $"{d.Name}: {d.Value}"));
        }
    }
}
