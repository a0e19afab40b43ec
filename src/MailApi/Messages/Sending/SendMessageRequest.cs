using System.Text.Json;

namespace MailApi.Messages.Sending;

/// <summary>A message to be sent. Content is <c>html</c> and/or <c>text</c>, or <c>template</c>, or <c>raw</c>.</summary>
public record SendMessageRequest
{
    /// <summary>The author (From), and the envelope sender.</summary>
    public required AddressInput From { get; init; }

    /// <summary>Recipients named in To.</summary>
    public required AddressListInput To { get; init; }

    /// <summary>Recipients named in Cc.</summary>
    public AddressListInput? Cc { get; init; }

    /// <summary>Recipients named nowhere.</summary>
    public AddressListInput? Bcc { get; init; }

    /// <summary>Where answers go.</summary>
    public AddressListInput? ReplyTo { get; init; }

    /// <summary>Required for <c>html</c> and <c>text</c>; in place of that of a <c>template</c>; left out for <c>raw</c>.</summary>
    public string? Subject { get; init; }

    /// <summary>The HTML part; without <c>text</c>, a plain-text part is derived from it.</summary>
    public string? Html { get; init; }

    /// <summary>The plain-text part.</summary>
    public string? Text { get; init; }

    /// <summary>A stored template and the data for it, rendered before the answer.</summary>
    public TemplateInput? Template { get; init; }

    /// <summary>A whole MIME message in base64. Its From must be <c>from</c>; Bcc, Message-ID and Date are replaced.</summary>
    public string? Raw { get; init; }

    /// <summary>Further header fields.</summary>
    public IReadOnlyDictionary<string, string>? Headers { get; init; }

    /// <summary>Files, and images shown inside the HTML part.</summary>
    public IReadOnlyList<AttachmentInput>? Attachments { get; init; }

    /// <summary>Words to find and group messages by.</summary>
    public IReadOnlyList<string>? Tags { get; init; }

    /// <summary>Your own data; comes back in every event.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    /// <summary>Not before this time; up to 30 days ahead.</summary>
    public DateTimeOffset? SendAt { get; init; }

    /// <summary><c>high</c>, <c>normal</c> (default) or <c>low</c>.</summary>
    public string? Priority { get; init; }

    /// <summary>
    /// Reasons for which a recipient may be on the suppression list and still be written to: <c>soft_bounce</c>,
    /// <c>hard_bounce</c>, <c>manual</c>. Needs a key with the scope <c>suppressions</c>.
    /// </summary>
    public IReadOnlyList<string>? IgnoreSuppression { get; init; }

    /// <summary>True: the whole pipeline runs, and nothing leaves the service.</summary>
    public bool? Sandbox { get; init; }
}

/// <summary>A template to be rendered.</summary>
/// <param name="Id">Its slug or its id.</param>
/// <param name="Version">A version, draft or not; the live one when left out.</param>
/// <param name="Locale">A language tag such as <c>de-AT</c>; falls back to <c>de</c>, then to the template's default.</param>
/// <param name="Data">An object with what the template reads.</param>
public sealed record TemplateInput(string Id, int? Version = null, string? Locale = null, JsonElement? Data = null);

/// <summary>A file.</summary>
/// <param name="Filename">Shown to the reader.</param>
/// <param name="Content">Base64.</param>
/// <param name="ContentType">A media type; default <c>application/octet-stream</c>.</param>
/// <param name="ContentId">For images that the HTML part shows by <c>cid:</c>.</param>
public sealed record AttachmentInput(string Filename, string Content, string? ContentType = null, string? ContentId = null);

/// <summary>A message of a batch.</summary>
public sealed record BatchMessageRequest : SendMessageRequest
{
    /// <summary>As the header Idempotency-Key, for this message alone.</summary>
    public string? IdempotencyKey { get; init; }
}

/// <summary>Up to 100 messages.</summary>
/// <param name="Messages">Each is a message of its own.</param>
/// <param name="Mode"><c>atomic</c> (default): all or none. <c>partial</c>: each for itself.</param>
public sealed record SendBatchRequest(IReadOnlyList<BatchMessageRequest> Messages, string? Mode = null);
