using System.Text;
using AngleSharp;
using AngleSharp.Css;
using AngleSharp.Css.Dom;
using AngleSharp.Css.Parser;
using AngleSharp.Css.Values;
using AngleSharp.Text;

namespace MailApi.Core.Templating.Html;

/// <summary>A declaration as its author wrote it.</summary>
internal sealed record StyleDeclaration(string Name, string Value, bool IsImportant);

/// <summary>Declarations for the elements that a selector matches.</summary>
internal sealed record StyleRule(ISelector Selector, Priority Specificity, IReadOnlyList<StyleDeclaration> Declarations);

/// <summary>
/// A style sheet in two halves: rules that can be written into elements, and the rest (media queries, fonts, hovering),
/// which stays in a style element word for word.
/// </summary>
internal sealed class StyleSheet
{
    // Whatever depends on the reader, or on what is no element, cannot be written into one.
    private static readonly string[] Static =
        ["first-child", "last-child", "only-child", "nth-", "first-of-type", "last-of-type", "only-of-type", "not(", "is(", "empty"];

    private readonly List<StyleRule> _rules = [];
    private readonly StringBuilder _rest = new();

    private StyleSheet()
    {
    }

    public IReadOnlyList<StyleRule> Rules => _rules;

    /// <summary>What stays in a style element.</summary>
    public string Rest => _rest.ToString();

    public static StyleSheet Parse(string css)
    {
        var sheet = new StyleSheet();
        foreach (var (selector, text) in Split(css))
        {
            if (selector.Length == 0 || selector.StartsWith('@') || IsDynamic(selector) || !sheet.TryAdd(text))
            {
                sheet._rest.Append(text.Trim()).Append('\n');
            }
        }

        return sheet;
    }

    /// <summary>The declarations of a style attribute.</summary>
    public static IEnumerable<StyleDeclaration> Declarations(string style) => Parser().ParseDeclaration(style)!
        .Select(d => new StyleDeclaration(d.Name, d.Value, d.IsImportant));

    private static bool IsDynamic(string selector)
    {
        for (var i = selector.IndexOf(':', StringComparison.Ordinal); i >= 0; i = selector.IndexOf(':', i + 1))
        {
            var rest = selector.AsSpan(i + 1);
            var known = false;
            foreach (var name in Static)
            {
                known |= rest.StartsWith(name, StringComparison.OrdinalIgnoreCase);
            }

            if (!known)
            {
                return true;
            }
        }

        return false;
    }

    private bool TryAdd(string text)
    {
        var parsed = Parser().ParseStyleSheet(text);
        if (parsed.Rules.Length != 1 || parsed.Rules[0] is not ICssStyleRule { Selector: { } selector } rule)
        {
            return false;
        }

        List<StyleDeclaration> declarations = [.. rule.Style.Select(d => new StyleDeclaration(d.Name, d.Value, d.IsImportant))];
        foreach (var one in Parts(selector))
        {
            _rules.Add(new StyleRule(one, one.Specificity, declarations));
        }

        return true;
    }

    /// <summary>Each selector of a list: they differ in how specific they are. <c>td.first:empty</c> is of parts too, but is one.</summary>
    private static IEnumerable<ISelector> Parts(ISelector selector) =>
        selector is IEnumerable<ISelector> many && selector.Text != string.Concat(many.Select(s => s.Text)) ? many : [selector];

    /// <summary>Cuts a sheet into its rules, each with what stands before its braces.</summary>
    private static IEnumerable<(string Selector, string Text)> Split(string css)
    {
        var (start, depth, brace, quote) = (0, 0, -1, '\0');
        for (var i = 0; i < css.Length; i++)
        {
            var c = css[i];
            if (quote != '\0')
            {
                i += c == '\\' ? 1 : 0;
                quote = c == quote ? '\0' : quote;
            }
            else if (c == '/' && i + 1 < css.Length && css[i + 1] == '*')
            {
                var end = css.IndexOf("*/", i + 2, StringComparison.Ordinal);
                i = end < 0 ? css.Length : end + 1;
                start = depth == 0 && css.AsSpan(start, Math.Max(0, Math.Min(i, css.Length) - start)).TrimStart().StartsWith("/*") ? i + 1 : start;
            }
            else if (c is '"' or '\'')
            {
                quote = c;
            }
            else if (c == '{')
            {
                brace = depth++ == 0 ? i : brace;
            }
            else if ((c == '}' && --depth <= 0) || (c == ';' && depth == 0))
            {
                depth = 0;
                yield return (css[start..(c == '}' && brace > start ? brace : i)].Trim(), css[start..(i + 1)]);
                (start, brace) = (i + 1, -1);
            }
        }
    }

    private static CssParser Parser() => new(
        new CssParserOptions { IsIncludingUnknownDeclarations = true },
        BrowsingContext.New(Configuration.Default.WithCss().WithOnly<IDeclarationFactory>(new Verbatim())));

    /// <summary>Leaves every value as it is written: mail clients do not know the forms that browsers turn values into.</summary>
    private sealed class Verbatim : IDeclarationFactory, IValueConverter
    {
        public DeclarationInfo Create(string propertyName) => new(propertyName, this, PropertyFlags.Unknown, null, null, null);

        public ICssValue Convert(StringSource source)
        {
            var text = source.Content[source.Index..];
            while (!source.IsDone)
            {
                source.Next();
            }

            return new Words(text.Trim());
        }

        private sealed class Words(string text) : ICssValue
        {
            public string CssText => text;

            public ICssValue Compute(ICssComputeContext context) => this;

            public bool Equals(ICssValue? other) => other?.CssText == text;
        }
    }
}
