using System.Buffers;
using System.Text;
using MailApi.Core.Domain;
using MailKit.Net.Smtp;

namespace MailApi.Core.Smtp.Sessions;

/// <summary>Makes an <see cref="SmtpReply"/> of what arrived.</summary>
internal static class ServerReply
{
    private const int MaxLength = 1000;

    private static readonly SearchValues<char> CodeCharacters = SearchValues.Create("0123456789.");

    public static SmtpReply Of(SmtpResponse response) => Of((int)response.StatusCode, response.Response);

    /// <summary>From a code and the text behind it, one line or several.</summary>
    public static SmtpReply Of(int code, string text)
    {
        var lines = text.Split('\n');
        var whole = new StringBuilder(text.Length + 8 * lines.Length);
        for (var i = 0; i < lines.Length; i++)
        {
            // MailKit takes the code off each line; here it is put back (RFC 5321 §4.2.1).
            whole.Append(i == 0 ? "" : "\n").Append(code).Append(i < lines.Length - 1 ? '-' : ' ').Append(lines[i]);
        }

        return new SmtpReply(code, EnhancedCodeOf(text), Printable(whole.ToString().TrimEnd(' ')));
    }

    /// <summary>From the bytes of a reply; null when they are none.</summary>
    public static SmtpReply? Of(ReadOnlySpan<byte> received)
    {
        var text = Encoding.UTF8.GetString(received).TrimEnd('\r', '\n').ReplaceLineEndings("\n");
        return text.Length >= 3 && int.TryParse(text.AsSpan(0, 3), out var code)
            ? new SmtpReply(code, EnhancedCodeOf(text.AsSpan(Math.Min(4, text.Length))), Printable(text))
            : null;
    }

    /// <summary><c>class.subject.detail</c> at the start of the text (RFC 3463 §2); null without one.</summary>
    public static string? EnhancedCodeOf(ReadOnlySpan<char> text)
    {
        text = text.TrimStart(' ');
        var length = text.IndexOfAnyExcept(CodeCharacters);
        var code = length < 0 ? text : text[..length];
        Span<Range> parts = stackalloc Range[4];
        return code.Split(parts, '.') == 3 && code[parts[0]] is "2" or "4" or "5"
            && IsNumber(code[parts[1]]) && IsNumber(code[parts[2]])
            && (length < 0 || text[length] is ' ' or '\r' or '\n')
            ? code.ToString()
            : null;
    }

    private static bool IsNumber(ReadOnlySpan<char> digits) => digits.Length is >= 1 and <= 3;

    private static string Printable(string text)
    {
        var cut = text.Length > MaxLength ? text[..MaxLength] : text;
        return cut.Any(c => char.IsControl(c) && c != '\n')
            ? string.Create(cut.Length, cut, static (span, source) =>
            {
                for (var i = 0; i < span.Length; i++)
                {
                    span[i] = char.IsControl(source[i]) && source[i] != '\n' ? '?' : source[i];
                }
            })
            : cut;
    }
}
