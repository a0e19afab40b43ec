using System.Text;
using MimeKit;

namespace MailApi.Core.Bounces.Reports;

/// <summary>Text of Japanese mail servers that shifts between character sets and does not say so in its header.</summary>
internal static class Iso2022
{
    /// <summary>Null when the part says what it is, or has none of the shifts.</summary>
    public static string? Decode(TextPart part)
    {
        if (part.Content is null || (part.ContentType.Charset is { } charset && !charset.Equals("us-ascii", StringComparison.OrdinalIgnoreCase)))
        {
            return null;
        }

        using var bytes = new MemoryStream();
        part.Content.DecodeTo(bytes);
        var content = bytes.GetBuffer().AsSpan(0, (int)bytes.Length);
        var isShifted = content.IndexOf("\u001b$B"u8) >= 0 || content.IndexOf("\u001b$@"u8) >= 0;
        return isShifted ? CodePagesEncodingProvider.Instance.GetEncoding("iso-2022-jp")?.GetString(content) : null;
    }
}
