using System.Text;

namespace MailApi.Core.Smtp.Sessions;

/// <summary>The bytes of a message and what of them is outside US-ASCII.</summary>
/// <param name="Prefix">Header lines that go first.</param>
/// <param name="Mime">The rest.</param>
/// <param name="HasRawHeaders">Headers bear UTF-8 (RFC 6532) and need SMTPUTF8.</param>
/// <param name="HasEightBitBody">The body needs 8BITMIME (RFC 6152).</param>
internal sealed record MessageBytes(
    ReadOnlyMemory<byte> Prefix, ReadOnlyMemory<byte> Mime, bool HasRawHeaders, bool HasEightBitBody)
{
    public long Size => Prefix.Length + (long)Mime.Length;

    public static MessageBytes Of(ReadOnlyMemory<byte> prefix, ReadOnlyMemory<byte> mime)
    {
        prefix = WithLineEnds(prefix);
        mime = WithLineEnds(mime);
        if (Ascii.IsValid(prefix.Span) && Ascii.IsValid(mime.Span))
        {
            return new MessageBytes(prefix, mime, HasRawHeaders: false, HasEightBitBody: false);
        }

        var headersEnd = mime.Span.IndexOf("\r\n\r\n"u8);
        var headers = headersEnd < 0 ? mime : mime[..headersEnd];
        return new MessageBytes(
            prefix,
            mime,
            HasRawHeaders: !Ascii.IsValid(prefix.Span) || !Ascii.IsValid(headers.Span),
            HasEightBitBody: !Ascii.IsValid(mime.Span[headers.Length..]));
    }

    // A lone CR or LF is where one server sees the end of a message and the next does not (SMTP smuggling). Messages
    // are stored without any; this is the last place that can make sure.
    private static ReadOnlyMemory<byte> WithLineEnds(ReadOnlyMemory<byte> text)
    {
        var pairs = text.Span.Count("\r\n"u8);
        if (text.Span.Count((byte)'\n') == pairs && text.Span.Count((byte)'\r') == pairs)
        {
            return text;
        }

        var clean = new MemoryStream(text.Length + 64);
        for (var rest = text.Span; !rest.IsEmpty;)
        {
            var end = rest.IndexOfAny((byte)'\r', (byte)'\n');
            if (end < 0)
            {
                clean.Write(rest);
                break;
            }

            clean.Write(rest[..end]);
            clean.Write("\r\n"u8);
            rest = rest[(end + (rest[end..].StartsWith("\r\n"u8) ? 2 : 1))..];
        }

        return clean.ToArray();
    }
}
