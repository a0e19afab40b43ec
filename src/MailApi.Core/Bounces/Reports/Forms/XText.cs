using System.Globalization;
using System.Text;

namespace MailApi.Core.Bounces.Reports.Forms;

/// <summary>The two escapes of addresses and ids in delivery statuses.</summary>
internal static class XText
{
    /// <summary><c>+2B</c> and the like (RFC 3461 §4).</summary>
    public static string Decode(string text)
    {
        var decoded = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '+' && i + 2 < text.Length && TryHex(text.AsSpan(i + 1, 2), out var value) && value < 128)
            {
                decoded.Append((char)value);
                i += 2;
            }
            else
            {
                decoded.Append(text[i]);
            }
        }

        return decoded.ToString();
    }

    /// <summary><c>\x{3042}</c> (RFC 6533 §3).</summary>
    public static string DecodeUnicode(string text)
    {
        var decoded = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            var close = text.AsSpan(i).StartsWith(@"\x{") ? text.IndexOf('}', i, Math.Min(10, text.Length - i)) : -1;
            if (close > 0 && TryHex(text.AsSpan(i + 3, close - i - 3), out var value) && Rune.IsValid(value))
            {
                decoded.Append(new Rune(value));
                i = close;
            }
            else
            {
                decoded.Append(text[i]);
            }
        }

        return decoded.ToString();
    }

    private static bool TryHex(ReadOnlySpan<char> digits, out int value) =>
        int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
}
