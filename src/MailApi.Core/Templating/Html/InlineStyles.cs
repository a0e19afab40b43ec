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

        if (document.Body is { } body)
        {
            Inline(body, rules);
            foreach (var element in body.QuerySelectorAll("*"))
            {
                Inline(element, rules);
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

    private static void Inline(IElement element, List<StyleRule> rules)
    {
        List<(int Layer, Priority Specificity, int Order, StyleDeclaration Declaration)>? found = null;
        for (var i = 0; i < rules.Count; i++)
        {
            if (rules[i].Selector.Match(element, null))
            {
                found ??= [];
                foreach (var declaration in rules[i].Declarations)
                {
                    found.Add((declaration.IsImportant ? 2 : 0, rules[i].Specificity, i, declaration));
                }
            }
        }

        if (found is null)
        {
            return;
        }

        if (element.GetAttribute("style") is { Length: > 0 } own)
        {
            found.AddRange(StyleSheet.Declarations(own).Select(
                d => (d.IsImportant ? 3 : 1, Priority.Zero, rules.Count, d)));
        }

        element.SetAttribute("style", Write(found));
    }

    /// <summary>Later declarations win; one of the same name is written once, where the winner stands.</summary>
    private static string Write(
        List<(int Layer, Priority Specificity, int Order, StyleDeclaration Declaration)> found)
    {
        var sorted = found.OrderBy(f => f.Layer).ThenBy(f => f.Specificity).ThenBy(f => f.Order).Select(f => f.Declaration).ToList();
        var last = new Dictionary<string, StyleDeclaration>(StringComparer.OrdinalIgnoreCase);
        foreach (var declaration in sorted)
        {
            last[declaration.Name] = declaration;
        }

        return string.Join("; ", sorted.Where(d => ReferenceEquals(last[d.Name], d)).Select(d => $"{d.Name}: {d.Value}"));
    }
}
