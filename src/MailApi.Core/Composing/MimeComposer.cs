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
    /// <summary>Octets that header fields, boundaries and non-ASCII letters seldom exceed.</summary>
    private const int Margin = 1024;

    public static byte[] Compose(ComposeRequest request)
    {
        var size = request.Text.Length + (request.Html?.Length ?? 0) + (request.Attachments.Sum(a => a.Content.Length) * 3 / 2);
        using var writer = new MimeWriter(IsInternational(request), size + Margin);
        writer.Field("From", [request.From]);
        writer.Field("To", request.To);
        writer.Field("Cc", request.Cc);
        writer.Field("Reply-To", request.ReplyTo);
        writer.Field("Subject", request.Subject);
        foreach (var (name, value) in request.Headers)
        {
            writer.Field(name, value);
        }

        writer.Field("MIME-Version", "1.0");
        Body(writer, request);
        return writer.ToArray();
    }

    internal static byte[] Write(MimeMessage message, bool international)
    {
        using var stream = new MemoryStream();
        message.WriteTo(MimeWriter.Options(international), stream);
        return stream.ToArray();
    }

    private static void Body(MimeWriter writer, ComposeRequest request)
    {
        void Content()
        {
            if (request.Html is { } html)
            {
                writer.Multipart(
                    "alternative", [() => writer.Text("plain", request.Text), () => WithImages(writer, html, request)]);
            }
            else
            {
                writer.Text("plain", request.Text);
            }
        }

        var files = request.Attachments.Where(a => a.ContentId is null || request.Html is null).ToList();
        if (files.Count == 0)
        {
            Content();
        }
        else
        {
            writer.Multipart("mixed", [Content, .. files.Select(f => (Action)(() => writer.Entity(File(f, inline: false))))]);
        }
    }

    /// <summary>Images that the HTML names by <c>cid:</c> stand beside it (RFC 2387).</summary>
    private static void WithImages(MimeWriter writer, string html, ComposeRequest request)
    {
        var images = request.Attachments.Where(a => a.ContentId is not null).ToList();
        if (images.Count == 0)
        {
            writer.Text("html", html);
        }
        else
        {
            writer.Multipart(
                "related; type=\"text/html\"",
                [() => writer.Text("html", html), .. images.Select(i => (Action)(() => writer.Entity(File(i, inline: true))))]);
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

    /// <summary>A local part outside ASCII cannot be encoded; such headers are UTF-8 as a whole (RFC 6532).</summary>
    private static bool IsInternational(ComposeRequest request) =>
        request.To.Concat(request.Cc).Concat(request.ReplyTo).Append(request.From).Any(m => m.Address.IsInternational);
}
