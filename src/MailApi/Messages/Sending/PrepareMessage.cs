using MailApi.Core.Accepting;
using MailApi.Core.Composing;
using MailApi.Core.Domain;
using MailApi.Core.Routing;
using MailApi.Http;
using Microsoft.Extensions.Options;

namespace MailApi.Messages.Sending;

/// <summary>What became of a request that has the right shape.</summary>
/// <param name="Message">Ready to be accepted, or null.</param>
/// <param name="Errors">Why not.</param>
/// <param name="Text">The plain-text part, given or derived.</param>
internal sealed record Prepared(PendingMessage? Message, IReadOnlyList<FieldError> Errors, string? Text);

/// <summary>
/// Turns a request into a message that is ready to be accepted: the caller's limits checked, recipients gathered, MIME
/// composed. Send, batch and validate share it.
/// </summary>
internal sealed class PrepareMessage(RelaySet relays, IOptions<MessageLimits> limits, TimeProvider time)
{
    public Prepared Run(SendMessageRequest request, ApiCaller caller, IdempotencyClaim? idempotency)
    {
        var from = Mailbox(request.From);
        if (!caller.MaySendFrom(from.Address))
        {
            return Refused("/from", "from_not_allowed", "This key may not send from this address.");
        }

        var content = request.Raw is { } raw ? ComposeRaw(raw, from) : Compose(request, from);
        if (content.Errors.Count > 0)
        {
            return new Prepared(null, content.Errors, null);
        }

        if (content.Mime.Length > limits.Value.MessageBytes)
        {
            return Refused(
                "", "message_too_large",
                $"The finished message has {content.Mime.Length} bytes; at most {limits.Value.MessageBytes} are allowed.");
        }

        return new Prepared(Pending(request, caller, idempotency, from, content), [], content.Text);
    }

    private static Prepared Refused(string pointer, string code, string detail) =>
        new(null, [new FieldError(pointer, code, detail)], null);

    private PendingMessage Pending(
        SendMessageRequest request, ApiCaller caller, IdempotencyClaim? idempotency, Mailbox from, Content content) => new()
        {
            ProjectId = caller.ProjectId,
            From = from,
            Subject = content.Subject,
            Recipients = Recipients(request),
            Priority = request.Priority is { } priority ? Names.Parse<Priority>(priority) : Priority.Normal,
            Sandbox = caller.Sandbox || request.Sandbox == true || relays.CaptureMode,
            SendAt = request.SendAt > time.GetUtcNow() ? request.SendAt.Value.ToUniversalTime() : null,
            Tags = request.Tags ?? [],
            Metadata = request.Metadata ?? new Dictionary<string, string>(),
            Mime = content.Mime,
            Idempotency = idempotency,
        };

    /// <summary>An address that is named twice gets one copy; the first mention counts.</summary>
    private static List<PendingRecipient> Recipients(SendMessageRequest request)
    {
        List<PendingRecipient> recipients = [];
        var seen = new HashSet<string>();
        void Add(AddressListInput? list, RecipientKind kind) => recipients.AddRange(
            Mailboxes(list).Where(m => seen.Add(m.Address.Key)).Select(m => new PendingRecipient(m, kind)));

        Add(request.To, RecipientKind.To);
        Add(request.Cc, RecipientKind.Cc);
        Add(request.Bcc, RecipientKind.Bcc);
        return recipients;
    }

    private static Content Compose(SendMessageRequest request, Mailbox from)
    {
        var text = request.Text ?? HtmlToText.Convert(request.Html!);
        var mime = MimeComposer.Compose(new ComposeRequest
        {
            From = from,
            To = Mailboxes(request.To),
            Cc = Mailboxes(request.Cc),
            ReplyTo = Mailboxes(request.ReplyTo),
            Subject = request.Subject!,
            Html = request.Html,
            Text = text,
            Headers = [.. request.Headers ?? new Dictionary<string, string>()],
            Attachments = [.. (request.Attachments ?? []).Select(Attachment)],
        });
        return new Content(mime, request.Subject!, text, []);
    }

    private static Content ComposeRaw(string base64, Mailbox from)
    {
        if (!RawMessage.TryPrepare(Convert.FromBase64String(base64), out var prepared, out var error))
        {
            return new Content([], "", null, [new FieldError("/raw", "invalid_raw", error)]);
        }

        return prepared.From.Address.Key == from.Address.Key
            ? new Content(prepared.Mime, prepared.Subject, null, [])
            : new Content([], "", null,
                [new FieldError("/raw", "from_mismatch", "The From of the raw message is another address than from.")]);
    }

    private static ComposeAttachment Attachment(AttachmentInput input) => new(
        input.Filename, input.ContentType ?? "application/octet-stream", Convert.FromBase64String(input.Content), input.ContentId);

    private static List<Mailbox> Mailboxes(AddressListInput? list) => [.. (list?.Items ?? []).Select(Mailbox)];

    private static Mailbox Mailbox(AddressInput input) => input.TryGetMailbox(out var mailbox, out var error)
        ? mailbox
        : throw new InvalidOperationException($"An address passed validation and cannot be read: {error}");

    private sealed record Content(byte[] Mime, string Subject, string? Text, IReadOnlyList<FieldError> Errors);
}
