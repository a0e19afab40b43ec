namespace MailApi.Core.Templating.Liquid;

internal enum LiquidTokenKind
{
    Text,
    Output,
    Tag,
}

/// <summary>A stretch of a source: text, <c>{{ output }}</c> or <c>{% tag %}</c>.</summary>
internal readonly record struct LiquidToken(LiquidTokenKind Kind, int Start, int End);

/// <summary>A source cannot be used; the sentence says where and why.</summary>
internal sealed class SourceException(string message) : Exception(message);

/// <summary>
/// Cuts a source into its tokens before the parser sees it, and refuses what would hurt the parser: its own recursion is
/// as deep as the source nests.
/// </summary>
internal static class LiquidTokens
{
    /// <summary>Characters of one part of a template.</summary>
    public const int MaxSource = 512 << 10;

    /// <summary>Outputs and tags of one part.</summary>
    public const int MaxTags = 10_000;

    /// <summary>Characters between the braces.</summary>
    public const int MaxTag = 4_000;

    /// <summary>Blocks within blocks.</summary>
    public const int MaxNesting = 50;

    private const int MaxBrackets = 10;
    private const int MaxFilters = 50;

    private static readonly HashSet<string> Blocks =
        ["if", "unless", "for", "case", "capture", "tablerow", "ifchanged"];

    public static List<LiquidToken> Cut(string source)
    {
        if (source.Length > MaxSource)
        {
            throw new SourceException($"It has {source.Length} characters; at most {MaxSource} are allowed.");
        }

        List<LiquidToken> tokens = [];
        var (at, tags, nesting) = (0, 0, 0);
        while (FindOpening(source, at) is var open && open >= 0)
        {
            Add(tokens, LiquidTokenKind.Text, at, open);
            var isTag = source[open + 1] == '%';
            var close = FindClosing(source, open + 2, isTag ? "%}" : "}}");
            if (close < 0)
            {
                throw new SourceException($"{Place(source, open)}: {(isTag ? "{%" : "{{")} is not closed.");
            }

            if (++tags > MaxTags)
            {
                throw new SourceException($"It has more than {MaxTags} outputs and tags.");
            }

            Check(source, open, close);
            at = close;
            Add(tokens, isTag ? LiquidTokenKind.Tag : LiquidTokenKind.Output, open, close);
            if (isTag)
            {
                var name = NameOf(source, open);
                nesting += Blocks.Contains(name) ? 1 : name.StartsWith("end", StringComparison.Ordinal) ? -1 : 0;
                if (nesting > MaxNesting)
                {
                    throw new SourceException($"{Place(source, open)}: blocks nest deeper than {MaxNesting}.");
                }

                at = name is "raw" or "comment" ? AfterVerbatim(source, close, name, tokens) : close;
            }
        }

        Add(tokens, LiquidTokenKind.Text, at, source.Length);
        return tokens;
    }

    /// <summary>Line and column, counted from 1.</summary>
    public static string Place(string source, int index)
    {
        var before = source.AsSpan(0, index);
        return $"line {before.Count('\n') + 1}, column {index - before.LastIndexOf('\n')}";
    }

    /// <summary>The word a tag begins with.</summary>
    public static string NameOf(string source, int open)
    {
        var body = source.AsSpan(open + 2).TrimStart('-').TrimStart();
        var length = 0;
        while (length < body.Length && (char.IsAsciiLetterOrDigit(body[length]) || body[length] == '_'))
        {
            length++;
        }

        return body[..length].ToString();
    }

    private static int FindOpening(string source, int at)
    {
        for (var i = source.IndexOf('{', at); i >= 0 && i + 1 < source.Length; i = source.IndexOf('{', i + 1))
        {
            if (source[i + 1] is '{' or '%')
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>The index after the closing braces; those in quotes do not count.</summary>
    private static int FindClosing(string source, int at, string closing)
    {
        var quote = '\0';
        for (var i = at; i < source.Length; i++)
        {
            var c = source[i];
            if (quote != '\0')
            {
                quote = c == quote ? '\0' : quote;
            }
            else if (c is '"' or '\'')
            {
                quote = c;
            }
            else if (c == closing[0] && i + 1 < source.Length && source[i + 1] == closing[1])
            {
                return i + 2;
            }
        }

        return -1;
    }

    private static void Check(string source, int open, int close)
    {
        var body = source.AsSpan(open + 2, close - open - 4);
        if (body.Length > MaxTag)
        {
            throw new SourceException(
                $"{Place(source, open)}: there are more than {MaxTag} characters between the braces.");
        }

        if (body.Count('|') > MaxFilters)
        {
            throw new SourceException($"{Place(source, open)}: there are more than {MaxFilters} filters in one output.");
        }

        var (depth, deepest) = (0, 0);
        foreach (var c in body)
        {
            depth += c is '[' or '(' ? 1 : c is ']' or ')' ? -1 : 0;
            deepest = Math.Max(deepest, depth);
        }

        if (deepest > MaxBrackets)
        {
            throw new SourceException($"{Place(source, open)}: brackets nest deeper than {MaxBrackets}.");
        }
    }

    /// <summary>What stands in raw and comment blocks is not looked at; the text of raw is text.</summary>
    private static int AfterVerbatim(string source, int at, string name, List<LiquidToken> tokens)
    {
        var depth = 1;
        for (var open = source.IndexOf("{%", at, StringComparison.Ordinal); open >= 0;
             open = source.IndexOf("{%", open + 2, StringComparison.Ordinal))
        {
            var word = NameOf(source, open);
            depth += word == $"end{name}" ? -1 : name == "comment" && word == name ? 1 : 0;
            if (depth > MaxNesting)
            {
                throw new SourceException($"{Place(source, open)}: comments nest deeper than {MaxNesting}.");
            }

            if (depth == 0)
            {
                if (name == "raw")
                {
                    Add(tokens, LiquidTokenKind.Text, at, open);
                }

                var close = source.IndexOf("%}", open, StringComparison.Ordinal);
                close = close < 0 ? source.Length : close + 2;
                Add(tokens, LiquidTokenKind.Tag, open, close);
                return close;
            }
        }

        throw new SourceException($"{Place(source, at)}: {{% {name} %}} is not closed by {{% end{name} %}}.");
    }

    private static void Add(List<LiquidToken> tokens, LiquidTokenKind kind, int start, int end)
    {
        if (end > start)
        {
            tokens.Add(new LiquidToken(kind, start, end));
        }
    }
}
