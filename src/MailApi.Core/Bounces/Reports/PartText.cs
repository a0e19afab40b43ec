using System.Text;
using MimeKit;

namespace MailApi.Core.Bounces.Reports;

/// <summary>The text of a part in whatever character set it is, the declared one being only the first guess.</summary>
internal static class PartText
{
    private static readonly Encoding Strict = new UTF8Encoding(false, throwOnInvalidBytes: true);

    /// <summary>At most <paramref name="limit"/> characters.</summary>
    public static string Of(MimePart part, int limit)
    {
        if (part.Content is null)
        {
            return "";
        }

        using var bytes = new MemoryStream();
        part.Content.DecodeTo(bytes);
        var content = bytes.GetBuffer().AsSpan(0, (int)Math.Min(bytes.Length, limit));
        return Decode(content, part.ContentType.Charset);
    }

    private static string Decode(ReadOnlySpan<byte> content, string? charset)
    {
        // Japanese servers shift between character sets and do not always say so in the header.
        if (content.IndexOf("\u001b$B"u8) >= 0 || content.IndexOf("\u001b$@"u8) >= 0)
        {
            return (Find("iso-2022-jp") ?? Encoding.Latin1).GetString(content);
        }

        var declared = charset is null ? null : Find(charset);
        if (declared is not null and not ASCIIEncoding and not UTF8Encoding)
        {
            return declared.GetString(content);
        }

        try
        {
            return Strict.GetString(content);
        }
        catch (DecoderFallbackException)
        {
            return (Find("windows-1252") ?? Encoding.Latin1).GetString(content);
        }
    }

    private static Encoding? Find(string charset)
    {
        var name = charset.Trim(' ', '"', '\'').ToLowerInvariant();
        try
        {
            // UTF-7 is refused by the platform. "gb2312" is what people say who use all of gb18030.
            name = name is "gb2312" or "gbk" ? "gb18030" : name;
            return CodePagesEncodingProvider.Instance.GetEncoding(name) ?? Encoding.GetEncoding(name);
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }
}
