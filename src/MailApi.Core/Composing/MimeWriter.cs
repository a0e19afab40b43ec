using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using MailApi.Core.Domain;
using MimeKit;

namespace MailApi.Core.Composing;

/// <summary>
/// Writes header fields and bodies. What fits on a line as it is goes out as it is; everything that needs folding or
/// encoding is MimeKit's work.
/// </summary>
/// <param name="international">Header fields are UTF-8 (RFC 6532).</param>
/// <param name="expectedSize">Octets.</param>
internal sealed class MimeWriter(bool international, int expectedSize) : IDisposable
{
    /// <summary>Octets of a line without its end (RFC 5322 §2.1.1).</summary>
    private const int MaxLine = 998;

    /// <summary>The same, where it can be helped.</summary>
    private const int GoodLine = 78;

    /// <summary>Octets of a buffer that is worth keeping for the next message.</summary>
    private const int MaxSpare = 256 * 1024;

    private static readonly FormatOptions Ascii7 = Format(international: false);
    private static readonly FormatOptions Utf8 = Format(international: true);
    private static readonly SearchValues<char> LineEnds = SearchValues.Create("\r\n\f\u0085\u2028\u2029");

    private static readonly SearchValues<char> Visible = SearchValues.Create(
        [.. Enumerable.Range(' ', '~' - ' ' + 1).Select(c => (char)c)]);

    // Words of a phrase that need no quotes (RFC 5322 §3.2.3).
    private static readonly SearchValues<char> Phrase = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 !#$%&'*+-/^_`{|}~");

    // What a message is written into would be half of what composing it allocates.
    [ThreadStatic]
    private static MemoryStream? _spare;

    private readonly MemoryStream _stream = Take(expectedSize);
    private readonly FormatOptions _options = Options(international);

    /// <summary>How MimeKit writes what is stored.</summary>
    public static FormatOptions Options(bool international) => international ? Utf8 : Ascii7;

    public byte[] ToArray() => _stream.ToArray();

    public void Dispose()
    {
        if (_stream.Capacity <= MaxSpare)
        {
            _stream.SetLength(0);
            _spare = _stream;
        }
    }

    /// <summary>A field of text.</summary>
    public void Field(string name, string value)
    {
        var plain = name.Length + 2 + value.Length <= GoodLine && !value.AsSpan().ContainsAnyExcept(Visible)
            && value.AsSpan().Trim().Length == value.Length;
        if (plain)
        {
            Write(name, ": ", value, "\r\n");
        }
        else
        {
            new HeaderList { new Header(Encoding.UTF8, name, value) }.WriteTo(_options, _stream);
        }
    }

    /// <summary>A field of addresses; none when there are none.</summary>
    public void Field(string name, IReadOnlyList<Mailbox> mailboxes)
    {
        if (mailboxes.Count == 0)
        {
            return;
        }

        var value = mailboxes.All(IsPlain) ? string.Join(", ", mailboxes.Select(Plain)) : null;
        if (value is null || name.Length + 2 + value.Length > GoodLine)
        {
            value = new InternetAddressList(mailboxes.Select(Address)).ToString(_options, encode: true);
        }

        Write(name, ": ", value, "\r\n");
    }

    /// <summary>A body of several parts, header fields first.</summary>
    /// <param name="type"><c>alternative</c>, or <c>related; type="text/html"</c>.</param>
    /// <param name="parts">Each writes one.</param>
    public void Multipart(string type, IEnumerable<Action> parts)
    {
        // Not to be met in a part, and not to be guessed by who has written one. "=_" is in no encoded text either.
        var boundary = $"=_{RandomNumberGenerator.GetHexString(32, lowercase: true)}";
        Write("Content-Type: multipart/", type, ";\r\n\tboundary=\"", boundary, "\"\r\n\r\n");
        foreach (var part in parts)
        {
            Write("--", boundary, "\r\n");
            part();
            Write("\r\n");
        }

        Write("--", boundary, "--\r\n");
    }

    /// <summary>A body of text, header fields first; readable as it stands where its lines are short enough.</summary>
    public void Text(string subtype, string text)
    {
        // Line ends of one octet become two.
        var lineEnds = text.AsSpan().Count('\n') + text.AsSpan().Count('\r') + text.AsSpan().Count('\f');
        var rented = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetByteCount(text) + lineEnds);
        try
        {
            var bytes = rented.AsSpan(0, Encode(text, rented));
            if (Fits(bytes))
            {
                Write(
                    "Content-Type: text/", subtype, "; charset=utf-8\r\nContent-Transfer-Encoding: ",
                    Ascii.IsValid(bytes) ? "7bit" : "8bit", "\r\n\r\n");
                _stream.Write(bytes);
            }
            else
            {
                Entity(EncodedText(subtype, bytes.ToArray()));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    /// <summary>A body, header fields first.</summary>
    public void Entity(MimeEntity entity) => entity.WriteTo(_options, _stream);

    private static MemoryStream Take(int expectedSize)
    {
        var stream = _spare ?? new MemoryStream(expectedSize);
        _spare = null;
        return stream;
    }

    private static FormatOptions Format(bool international)
    {
        var format = FormatOptions.Default.Clone();
        format.NewLineFormat = NewLineFormat.Dos;
        format.International = international;
        return format;
    }

    private static TextPart EncodedText(string subtype, byte[] bytes)
    {
        var part = new TextPart(subtype) { Content = new MimeContent(new MemoryStream(bytes)) };
        part.ContentType.Charset = "utf-8";
        part.ContentTransferEncoding = part.GetBestEncoding(EncodingConstraint.EightBit, MaxLine);
        return part;
    }

    private static bool Fits(ReadOnlySpan<byte> text)
    {
        if (text.Contains((byte)0))
        {
            return false;
        }

        for (var rest = text; ;)
        {
            var end = rest.IndexOf((byte)'\n');
            if (end < 0)
            {
                return rest.Length <= MaxLine;
            }

            if (end - 1 > MaxLine)
            {
                return false;
            }

            rest = rest[(end + 1)..];
        }
    }

    /// <summary>Writes the text in UTF-8, its lines ended by CRLF; returns the number of octets.</summary>
    private static int Encode(ReadOnlySpan<char> text, Span<byte> bytes)
    {
        var written = 0;
        while (true)
        {
            var end = text.IndexOfAny(LineEnds);
            var line = end < 0 ? text : text[..end];
            written += Encoding.UTF8.GetBytes(line, bytes[written..]);
            if (end < 0)
            {
                return written;
            }

            "\r\n"u8.CopyTo(bytes[written..]);
            written += 2;
            text = text[(end + (text[end..] is ['\r', '\n', ..] ? 2 : 1))..];
        }
    }

    private static bool IsPlain(Mailbox mailbox) =>
        !mailbox.Address.IsInternational && (mailbox.Name is not { Length: > 0 } name
            || (!name.AsSpan().ContainsAnyExcept(Phrase) && name.AsSpan().Trim().Length == name.Length));

    private static string Plain(Mailbox mailbox) =>
        mailbox.Name is { Length: > 0 } name ? $"{name} <{mailbox.Address}>" : mailbox.Address.ToString();

    private static MailboxAddress Address(Mailbox mailbox) =>
        new(Encoding.UTF8, mailbox.Name, mailbox.Address.ToString());

    private void Write(params ReadOnlySpan<string> texts)
    {
        foreach (var text in texts)
        {
            _stream.Write(Encoding.UTF8.GetBytes(text));
        }
    }
}
