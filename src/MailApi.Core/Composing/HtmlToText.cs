using System.Text;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;

namespace MailApi.Core.Composing;

/// <summary>Derives the plain-text part from HTML: links with their address, lists and tables line by line.</summary>
public static class HtmlToText
{
    // Deeper nesting is no mail, and would overflow the stack.
    private const int MaxDepth = 200;

    private static readonly HashSet<string> Hidden = new(StringComparer.OrdinalIgnoreCase)
        { "head", "style", "script", "title", "template", "noscript" };

    private static readonly HashSet<string> Blocks = new(StringComparer.OrdinalIgnoreCase)
    {
        "p", "div", "section", "article", "header", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "table",
        "tr", "blockquote", "pre", "hr", "address", "main", "center",
    };

    private static readonly HashSet<string> Spaced = new(StringComparer.OrdinalIgnoreCase)
        { "p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "blockquote", "pre", "hr" };

    public static string Convert(string html) => Convert(Parse(html));

    /// <summary>Parses HTML as far as it nests no deeper than any mail.</summary>
    public static IHtmlDocument Parse(string html) => new HtmlParser().ParseDocument(Shallow(html));

    public static string Convert(IHtmlDocument document)
    {
        var writer = new LineWriter();
        if (document.Body is { } body)
        {
            Write(body, writer, 0);
        }

        return writer.ToString();
    }

    /// <summary>Cuts off where elements nest deeper than any mail; the parser's tree would nest as deep.</summary>
    private static string Shallow(string html)
    {
        var depth = 0;
        for (var i = html.IndexOf('<', StringComparison.Ordinal); i >= 0 && i + 1 < html.Length; i = html.IndexOf('<', i + 1))
        {
            depth += html[i + 1] == '/' ? -1 : char.IsAsciiLetter(html[i + 1]) && !IsVoid(html.AsSpan(i + 1)) ? 1 : 0;
            if (depth > 4 * MaxDepth)
            {
                return html[..i];
            }
        }

        return html;
    }

    private static bool IsVoid(ReadOnlySpan<char> tag)
    {
        var end = tag.IndexOf('>');
        var name = tag[..Math.Min(tag.Length, 6)];
        return (end > 0 && tag[end - 1] == '/')
            || name.StartsWith("br", StringComparison.OrdinalIgnoreCase)
            || name.StartsWith("img", StringComparison.OrdinalIgnoreCase)
            || name.StartsWith("hr", StringComparison.OrdinalIgnoreCase)
            || name.StartsWith("meta", StringComparison.OrdinalIgnoreCase)
            || name.StartsWith("link", StringComparison.OrdinalIgnoreCase)
            || name.StartsWith("input", StringComparison.OrdinalIgnoreCase)
            || name.StartsWith("li", StringComparison.OrdinalIgnoreCase)
            || name.StartsWith("td", StringComparison.OrdinalIgnoreCase)
            || name.StartsWith("tr", StringComparison.OrdinalIgnoreCase)
            || name is ['p' or 'P', '>' or ' ', ..];
    }

    private static void Write(INode node, LineWriter writer, int depth)
    {
        foreach (var child in node.ChildNodes)
        {
            switch (child)
            {
                case IText text:
                    writer.Text(text.Data);
                    break;
                case IElement element when depth < MaxDepth && !Hidden.Contains(element.LocalName) && !IsHidden(element):
                    WriteElement(element, writer, depth + 1);
                    break;
            }
        }
    }

    private static bool IsHidden(IElement element) =>
        element.HasAttribute("hidden")
        || (element.GetAttribute("style") ?? "").Replace(" ", "", StringComparison.Ordinal)
            .Contains("display:none", StringComparison.OrdinalIgnoreCase);

    private static void WriteElement(IElement element, LineWriter writer, int depth)
    {
        switch (element.LocalName)
        {
            case "br":
                writer.Break();
                return;
            case "hr":
                writer.Paragraph();
                writer.Text("---");
                writer.Paragraph();
                return;
            case "img":
                writer.Text(element.GetAttribute("alt") ?? "");
                return;
            case "a":
                WriteLink(element, writer, depth);
                return;
            case "td" or "th" when element.PreviousElementSibling is not null:
                writer.Text(" ");
                writer.Literal("| ");
                break;
        }

        var block = Blocks.Contains(element.LocalName);
        if (block)
        {
            Separate(element, writer);
        }

        Begin(element, writer);
        Write(element, writer, depth);
        if (element.LocalName == "blockquote")
        {
            writer.Quote(-1);
        }

        if (block)
        {
            Separate(element, writer);
        }
    }

    private static void Begin(IElement element, LineWriter writer)
    {
        switch (element.LocalName)
        {
            case "blockquote":
                writer.Quote(1);
                break;
            case "li":
                var ordered = element.ParentElement is IHtmlOrderedListElement;
                var place = element.ParentElement is { } list ? list.Children.Index(element) + 1 : 1;
                writer.Literal(ordered ? $"{place}. " : "- ");
                break;
        }
    }

    private static void Separate(IElement element, LineWriter writer)
    {
        if (Spaced.Contains(element.LocalName) && element.ParentElement?.LocalName is not "li")
        {
            writer.Paragraph();
        }
        else
        {
            writer.NewLine();
        }
    }

    private static void WriteLink(IElement element, LineWriter writer, int depth)
    {
        Write(element, writer, depth);
        var target = (element.GetAttribute("href") ?? "").Trim();
        var shown = element.TextContent.Trim();
        var bare = target.StartsWith("mailto:", StringComparison.OrdinalIgnoreCase) ? target[7..] : target;
        if (target.Length > 0 && !target.StartsWith('#') && bare != shown && target.TrimEnd('/') != shown.TrimEnd('/')
            && !target.StartsWith("javascript:", StringComparison.OrdinalIgnoreCase))
        {
            writer.Text(shown.Length > 0 || element.QuerySelector("img[alt]") is not null ? $" ({bare})" : bare);
        }
    }

    /// <summary>Gathers lines: white space runs into one space, and no more than one empty line stands between others.</summary>
    private sealed class LineWriter
    {
        private readonly StringBuilder _text = new();
        private readonly StringBuilder _line = new();
        private int _quotes;
        private bool _gap;

        public void Text(string text)
        {
            foreach (var c in text)
            {
                var blank = c is ' ' or '\t' or '\r' or '\n' or '\f' or '\u00a0';
                if (!blank)
                {
                    _line.Append(c);
                }
                else if (_line.Length > 0 && _line[^1] != ' ')
                {
                    _line.Append(' ');
                }
            }
        }

        public void Literal(string text) => _line.Append(text);

        public void Quote(int by)
        {
            NewLine();
            _quotes += by;
        }

        public void Break()
        {
            Flush();
            _line.Clear();
        }

        public void NewLine()
        {
            if (_line.ToString().Trim().Length > 0)
            {
                Flush();
            }

            _line.Clear();
        }

        public void Paragraph()
        {
            NewLine();
            _gap = _text.Length > 0;
        }

        public override string ToString()
        {
            NewLine();
            return _text.ToString().TrimEnd() + "\r\n";
        }

        private void Flush()
        {
            if (_gap)
            {
                _text.Append("\r\n");
                _gap = false;
            }

            _text.Insert(_text.Length, "> ", _quotes).Append(_line.ToString().TrimEnd()).Append("\r\n");
        }
    }
}
