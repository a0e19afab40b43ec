using System.Text;

namespace MailApi.Core.Templating.Liquid;

/// <summary>
/// Looks at where in the HTML each output stands. Escaping is enough in text and in quoted attributes; elsewhere it is
/// not, so an output in a script, an event handler, a tag or an attribute without quotes is refused. Where an output
/// begins an address (<c>href="{{ url }}"</c>) the filter <c>safe_url</c> is put behind it. What another template puts in
/// has been looked at as text, so an include stands in text.
/// </summary>
internal sealed class OutputPlaces
{
    private static readonly HashSet<string> Addresses = new(StringComparer.OrdinalIgnoreCase)
        { "href", "src", "action", "formaction", "background", "cite", "poster", "data", "xlink:href", "srcset" };

    private State _state = State.Text;
    private string _name = "";
    private string _attribute = "";
    private bool _valueHasText;

    private enum State
    {
        Text,
        Tag,
        AttributeName,
        AfterEquals,
        DoubleQuoted,
        SingleQuoted,
        Unquoted,
        Comment,
        RawText,
    }

    /// <summary>The source with its addresses guarded.</summary>
    public static string Guard(string source, IReadOnlyList<LiquidToken> tokens)
    {
        var places = new OutputPlaces();
        var guarded = new StringBuilder(source.Length);
        foreach (var token in tokens)
        {
            var text = source.AsSpan(token.Start, token.End - token.Start);
            if (token.Kind == LiquidTokenKind.Output && places.IsAddress(source, token))
            {
                var dash = text[^3] == '-' ? 3 : 2;
                guarded.Append(text[..^dash]).Append(" | safe_url ").Append(text[^dash..]);
                continue;
            }

            if (token.Kind == LiquidTokenKind.Text)
            {
                places.Read(text);
            }
            else if (token.Kind == LiquidTokenKind.Tag)
            {
                places.CheckTag(source, token);
            }

            guarded.Append(text);
        }

        return places._state == State.Text
            ? guarded.ToString()
            : throw new SourceException("It ends inside a tag, a comment or an element such as style; close it.");
    }

    /// <summary>Refuses tags that put something where it cannot be escaped.</summary>
    private void CheckTag(string source, LiquidToken token)
    {
        var name = LiquidTokens.NameOf(source, token.Start);
        if (name is MailLiquid.Include or MailLiquid.Render && _state is not (State.Text or State.Comment))
        {
            throw new SourceException($"{LiquidTokens.Place(source, token.Start)}: {name} can stand between tags only.");
        }

        if (name == "cycle" && IsAddress(source, token))
        {
            throw new SourceException($"{LiquidTokens.Place(source, token.Start)}: {name} cannot begin an address.");
        }
    }

    /// <summary>True where an output begins an address; refuses it where it must not stand.</summary>
    private bool IsAddress(string source, LiquidToken token)
    {
        var refusal = _state switch
        {
            State.Tag or State.AttributeName => "an output cannot stand inside a tag; only in the quoted value of an attribute",
            State.AfterEquals or State.Unquoted => $"put quotes around the value of {_attribute}",
            State.RawText when _name == "script" => "an output cannot stand in a script",
            State.DoubleQuoted or State.SingleQuoted when _attribute.StartsWith("on", StringComparison.OrdinalIgnoreCase) =>
                $"an output cannot stand in {_attribute}",
            State.DoubleQuoted or State.SingleQuoted when _attribute.Equals("srcdoc", StringComparison.OrdinalIgnoreCase) =>
                "an output cannot stand in srcdoc, which is a page of its own",
            _ => null,
        };
        if (refusal is not null)
        {
            throw new SourceException($"{LiquidTokens.Place(source, token.Start)}: {refusal}.");
        }

        return _state is State.DoubleQuoted or State.SingleQuoted && !_valueHasText && Addresses.Contains(_attribute);
    }

    private void Read(ReadOnlySpan<char> text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            i += Step(text, i);
        }
    }

    /// <summary>Reads one character; returns how many more it has read with it.</summary>
    private int Step(ReadOnlySpan<char> text, int i)
    {
        var c = text[i];
        switch (_state)
        {
            case State.Text when c == '<':
                return Open(text, i);
            case State.Tag when c == '>':
                _state = _name is "script" or "style" or "title" or "textarea" ? State.RawText : State.Text;
                break;
            case State.Tag or State.AttributeName when c == '=':
                _state = State.AfterEquals;
                break;
            case State.Tag when !char.IsWhiteSpace(c) && c != '/':
                (_state, _attribute) = (State.AttributeName, $"{c}");
                break;
            case State.AttributeName when c == '>' || c == '/':
                _state = State.Tag;
                return c == '>' ? -1 : 0;
            case State.AttributeName when !char.IsWhiteSpace(c):
                _attribute += c;
                break;
            case State.AttributeName:
                return AfterName(text, i);
            case State.AfterEquals when !char.IsWhiteSpace(c):
                _valueHasText = false;
                _state = c == '"' ? State.DoubleQuoted : c == '\'' ? State.SingleQuoted : c == '>' ? State.Text : State.Unquoted;
                break;
            case State.DoubleQuoted when c == '"':
            case State.SingleQuoted when c == '\'':
            case State.Unquoted when char.IsWhiteSpace(c):
                _state = State.Tag;
                break;
            case State.Unquoted when c == '>':
                _state = State.Tag;
                return -1;
            case State.DoubleQuoted or State.SingleQuoted:
                _valueHasText |= !char.IsWhiteSpace(c);
                break;
            case State.Comment when c == '>' && text[..i].EndsWith("--"):
                _state = State.Text;
                break;
            case State.RawText when c == '<' && text[i..].StartsWith($"</{_name}", StringComparison.OrdinalIgnoreCase):
                return Open(text, i);
        }

        return 0;
    }

    private int AfterName(ReadOnlySpan<char> text, int i)
    {
        // White space may stand before the equals sign.
        var rest = text[i..].TrimStart();
        _state = rest is ['=', ..] ? State.AttributeName : State.Tag;
        return 0;
    }

    private int Open(ReadOnlySpan<char> text, int i)
    {
        var rest = text[(i + 1)..];
        if (rest.StartsWith("!--"))
        {
            _state = State.Comment;
            return 3;
        }

        var start = rest is ['/', ..] ? 1 : 0;
        var length = 0;
        while (start + length < rest.Length && (char.IsAsciiLetterOrDigit(rest[start + length]) || rest[start + length] is ':' or '-'))
        {
            length++;
        }

        // "<3" is text; what stands behind a lone "<" is the name of a tag, and an output there is refused.
        var opens = rest.Length == start || char.IsAsciiLetter(rest[start]);
        if (!opens && rest is not ['!' or '?', ..])
        {
            return 0;
        }

        // The contents of an element begin after its opening tag only.
        _name = start == 1 ? "" : rest.Slice(start, length).ToString().ToLowerInvariant();
        _state = State.Tag;
        return start + length;
    }
}
