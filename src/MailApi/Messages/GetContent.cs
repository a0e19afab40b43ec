using MailApi.Core.Composing;
using MailApi.Core.Data;
using MailApi.Core.Domain;
using MailApi.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Net.Http.Headers;

namespace MailApi.Messages;

/// <summary>A header field.</summary>
public sealed record HeaderResponse(string Name, string Value);

/// <summary>A file of a message.</summary>
/// <param name="Filename">As given.</param>
/// <param name="ContentType">Its media type.</param>
/// <param name="Size">Octets.</param>
/// <param name="ContentId">For images shown inside the HTML part.</param>
/// <param name="Content">Base64.</param>
public sealed record AttachmentResponse(string? Filename, string ContentType, int Size, string? ContentId, string Content);

/// <summary>What a message says.</summary>
public sealed record ContentResponse(
    Id<Message> Id,
    string Subject,
    string? Html,
    string? Text,
    IReadOnlyList<HeaderResponse> Headers,
    IReadOnlyList<AttachmentResponse> Attachments);

/// <summary>The content as JSON, or the MIME as sent for <c>Accept: message/rfc822</c>.</summary>
internal static class GetContent
{
    public const string Mime = "message/rfc822";

    public static async Task<IResult> HandleAsync(
        Id<Message> id, ApiCaller caller, MailDb db, ServiceHeaders headers, HttpRequest request, CancellationToken cancellationToken)
    {
        var message = await db.FindMessageAsync(caller.ProjectId, id, cancellationToken);
        if (message is null)
        {
            return Problems.NotFound("message");
        }

        var content = await db.Contents.AsNoTracking().SingleOrDefaultAsync(c => c.MessageId == id, cancellationToken);
        if (content is null)
        {
            return Problems.Gone("content_purged", "The content of this message has been removed by age; its log is still there.");
        }

        var mime = StoredMime.Unpack(content.Compressed, content.Mime);
        var prefix = headers.Write(id, message.FromEmail, message.SendAt ?? message.CreatedAt);
        return WantsMime(request)
            ? TypedResults.Bytes((byte[])[.. prefix, .. mime], Mime)
            : TypedResults.Ok(Of(message, MimeReader.Read(prefix, mime)));
    }

    private static bool WantsMime(HttpRequest request) =>
        MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out var types)
        && types.Any(t => t.MediaType.Equals(Mime, StringComparison.OrdinalIgnoreCase));

    private static ContentResponse Of(Message message, StoredContent content) => new(
        message.Id, message.Subject, content.Html, content.Text,
        [.. content.Headers.Select(h => new HeaderResponse(h.Key, h.Value))],
        [
            .. content.Attachments.Select(a => new AttachmentResponse(
                a.Filename, a.ContentType, a.Content.Length, a.ContentId, Convert.ToBase64String(a.Content))),
        ]);
}
