using MimeKit;

namespace MailApi.Core.Composing;

/// <summary>A file as it stands in a stored message.</summary>
public sealed record StoredAttachment(string? Filename, string ContentType, string? ContentId, byte[] Content);

/// <summary>What a stored message says.</summary>
public sealed record StoredContent(
    string? Html,
    string? Text,
    IReadOnlyList<KeyValuePair<string, string>> Headers,
    IReadOnlyList<StoredAttachment> Attachments);

/// <summary>Reads stored bytes back.</summary>
public static class MimeReader
{
    /// <param name="prefix">The lines the service puts first.</param>
    /// <param name="mime">The rest.</param>
    public static StoredContent Read(byte[] prefix, byte[] mime)
    {
        using var message = MimeMessage.Load(new MemoryStream([.. prefix, .. mime]));
        var files = message.BodyParts.OfType<MimePart>()
            .Where(p => p is not TextPart || p.IsAttachment || p.FileName is not null).ToList();
        return new StoredContent(
            message.HtmlBody, message.TextBody,
            [.. message.Headers.Select(h => KeyValuePair.Create(h.Field, h.Value))],
            [.. files.Select(Of)]);
    }

    private static StoredAttachment Of(MimePart part)
    {
        using var content = new MemoryStream();
        part.Content?.DecodeTo(content);
        return new StoredAttachment(part.FileName, part.ContentType.MimeType, part.ContentId, content.ToArray());
    }
}
