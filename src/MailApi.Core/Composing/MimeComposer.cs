using System.Text;
using MailApi.Core.Domain;
using MimeKit;

namespace MailApi.Core.Composing;

/// <summary>A file to be sent along.</summary>
public sealed record ComposeAttachment(string Filename, string ContentType, byte[] Content, string? ContentId);

/// <summary>What a message is made of; all of it has passed <see cref="HeaderRules"/>.</summary>
public sealed record ComposeRequest
{
    public required Mailbox From { get; init; }

    public required IReadOnlyList<Mailbox> To { get; init; }

    public required IReadOnlyList<Mailbox> Cc { get; init; }

    public required IReadOnlyList<Mailbox> ReplyTo { get; init; }

    public required string Subject { get; init; }

    public string? Html { get; init; }

    public required string Text { get; init; }

    public required IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; }

    public required IReadOnlyList<ComposeAttachment> Attachments { get; init; }
}

/// <summary>
/// Writes a message once: CRLF only, no line over 998 octets, Bcc nowhere, Message-ID and Date left to the service. Text
/// stays 8bit where its lines are short enough; the relay re-encodes for a server without 8BITMIME.
/// </summary>
public static class MimeComposer
{
    private const int MaxLine = 998;

    public static byte[] Compose(ComposeRequest request)
    {
        using var message = new MimeMessage();
        message.Headers.Remove(HeaderId.Date);
        message.Headers.Remove(HeaderId.MessageId);
        message.From.Add(Address(request.From));
        message.To.AddRange(request.To.Select(Address));
        message.Cc.AddRange(request.Cc.Select(Address));
        message.ReplyTo.AddRange(request.ReplyTo.Select(Address));
        message.Subject = request.Subject;
        foreach (var (name, value) in request.Headers)
        {
            message.Headers.Add(new Header(Encoding.UTF8, name, value));
        }

        message.Body = Body(request);
        return Write(message, IsInternational(request));
    }

    internal static byte[] Write(MimeMessage message, bool international)
    {
        var format = FormatOptions.Default.Clone();
        format.NewLineFormat = NewLineFormat.Dos;
        format.International = international;
        using var stream = new MemoryStream();
        message.WriteTo(format, stream);
        return stream.ToArray();
    }

    private static MimeEntity Body(ComposeRequest request)
    {
        var content = request.Html is { } html
            ? new MultipartAlternative { Text("plain", request.Text), WithImages(Text("html", html), request) }
            : (MimeEntity)Text("plain", request.Text);
        var files = request.Attachments.Where(a => a.ContentId is null || request.Html is null).ToList();
        if (files.Count == 0)
        {
            return content;
        }

        var mixed = new Multipart("mixed") { content };
        files.ForEach(f => mixed.Add(File(f, inline: false)));
        return mixed;
    }

    /// <summary>Images that the HTML names by <c>cid:</c> stand beside it (RFC 2387).</summary>
    private static MimeEntity WithImages(TextPart html, ComposeRequest request)
    {
        var images = request.Attachments.Where(a => a.ContentId is not null).ToList();
        if (images.Count == 0)
        {
            return html;
        }

        var related = new MultipartRelated { Root = html };
        images.ForEach(i => related.Add(File(i, inline: true)));
        return related;
    }

    private static TextPart Text(string subtype, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text.ReplaceLineEndings("\r\n"));
        var part = new TextPart(subtype) { Content = new MimeContent(new MemoryStream(bytes)) };
        part.ContentType.Charset = "utf-8";
        part.ContentTransferEncoding = Fits(bytes)
            ? Ascii.IsValid(bytes) ? ContentEncoding.SevenBit : ContentEncoding.EightBit
            : part.GetBestEncoding(EncodingConstraint.EightBit, MaxLine);
        return part;
    }

    /// <summary>Most texts can go as they are; asking for the best encoding would read them octet by octet.</summary>
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

    private static MimePart File(ComposeAttachment file, bool inline)
    {
        var type = ContentType.Parse(file.ContentType);

        // A message inside a message may not be encoded (RFC 2046 §5.2.1); as bytes it may.
        var part = new MimePart(type.IsMimeType("message", "*") ? new ContentType("application", "octet-stream") : type)
        {
            Content = new MimeContent(new MemoryStream(file.Content)),
            ContentTransferEncoding = ContentEncoding.Base64,
            ContentDisposition = new ContentDisposition(inline ? ContentDisposition.Inline : ContentDisposition.Attachment),
        };
        part.ContentDisposition.FileName = file.Filename;
        part.ContentType.Name = file.Filename;
        if (file.ContentId is { } id)
        {
            part.Headers.Replace(HeaderId.ContentId, $"<{id}>");
        }

        return part;
    }

    private static MailboxAddress Address(Mailbox mailbox) =>
        new(Encoding.UTF8, mailbox.Name, mailbox.Address.ToString());

    /// <summary>A local part outside ASCII cannot be encoded; such headers are UTF-8 as a whole (RFC 6532).</summary>
    private static bool IsInternational(ComposeRequest request) =>
        request.To.Concat(request.Cc).Concat(request.ReplyTo).Append(request.From).Any(m => m.Address.IsInternational);
}
