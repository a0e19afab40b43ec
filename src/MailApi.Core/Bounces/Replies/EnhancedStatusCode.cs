using System.Diagnostics.CodeAnalysis;

namespace MailApi.Core.Bounces.Replies;

/// <summary>Finds enhanced status codes (RFC 3463 §2) in free text, where many servers hide them.</summary>
public static class EnhancedStatusCode
{
    /// <summary>
    /// The first <c>class.subject.detail</c> of class 2, 4 or 5 in <paramref name="text"/>: <c>(#5.1.1 - unknown)</c>
    /// has one, the address <c>5.1.2.3</c> has none.
    /// </summary>
    public static bool TryFind(string text, [NotNullWhen(true)] out string? code)
    {
        for (var start = 0; start < text.Length; start++)
        {
            var isStart = text[start] is '2' or '4' or '5' && (start == 0 || !IsPartOfNumber(text[start - 1]));
            if (isStart && LengthAt(text, start) is var length and > 0)
            {
                code = text.Substring(start, length);
                return true;
            }
        }

        code = null;
        return false;
    }

    private static int LengthAt(string text, int start)
    {
        var subject = Digits(text, start + 2);
        var detail = Digits(text, start + 3 + subject);
        var end = start + 3 + subject + detail;
        var hasShape = subject is >= 1 and <= 3 && detail is >= 1 and <= 3
            && text[start + 1] == '.' && text[start + 2 + subject] == '.';

        // A fourth number makes it an IPv4 address; a full stop that ends a sentence does not.
        return hasShape && !(Digits(text, end + 1) > 0 && text[end] == '.') ? end - start : 0;
    }

    private static int Digits(string text, int from)
    {
        var end = from;
        while (end < text.Length && char.IsAsciiDigit(text[end]))
        {
            end++;
        }

        return end - from;
    }

    private static bool IsPartOfNumber(char c) => c == '.' || char.IsAsciiLetterOrDigit(c);
}
