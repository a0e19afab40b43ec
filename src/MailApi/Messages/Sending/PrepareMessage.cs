using MailApi.Core.Accepting;
using MailApi.Core.Composing;
using MailApi.Core.Domain;
using MailApi.Core.Routing;
using MailApi.Core.Templating;
using MailApi.Core.Templating.Html;
using MailApi.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace MailApi.Messages.Sending;

/// <summary>What became of a request that has the right shape.</summary>
/// <param name="Message">Ready to be accepted, or null.</param>
/// <param name="Refusal">Why not.</param>
/// <param name="Html">The HTML part as it will be sent; null for none, and for a raw message.</param>
/// <param name="GivenText">The text part that somebody wrote; null when it is derived.</param>
internal sealed record Prepared(PendingMessage? Message, Refusal? Refusal, string? Html = null, string? GivenText = null)
{
    /// <summary>What mail clients will not like; worked out when it is asked for.</summary>
    public IReadOnlyList<TemplateWarning> Warnings => HtmlWarnings.Of(Html, GivenText);
}

/// <summary>A message that cannot be accepted: the problem, and each of its errors.</summary>
internal sealed record Refusal(ProblemHttpResult Problem, IReadOnlyList<FieldError> Errors);

/// <summary>
/// Turns a request into a message that is ready to be accepted: the caller's limits checked, templates rendered,
/// recipients gathered, MIME composed. Send, batch and validate share it.
/// </summary>
internal sealed class PrepareMessage(
    RelaySet relays, TemplateLibrary library, RenderTemplate render, IOptions<MessageLimits> limits, TimeProvider time)
{
    private static readonly Dictionary<string, string> NoHeaders = [];

    public async ValueTask<Prepared> RunAsync(
        SendMessageRequest request, ApiCaller caller, IdempotencyClaim? idempotency, CancellationToken cancellationToken)
    {
        var from = Mailbox(request.From);
        if (!caller.MaySendFrom(from.Address))
        {
            return new Prepared(null, MessageProblems.FromNotAllowed());
        }

        if (request.IgnoreSuppression is { Count: > 0 } && !Scopes.Include(caller.Scopes, Scopes.Suppressions))
        {
            return new Prepared(null, MessageProblems.MayNotIgnoreSuppression());
        }

        var content = request switch
        {
            { Raw: { } raw } => ComposeRaw(raw, from),
            { Template: { } template } => await RenderAsync(request, template, caller, from, cancellationToken),
            _ => Compose(request, from, request.Subject!, request.Html, request.Text, [.. request.Headers ?? NoHeaders]),
        };
        if (content.Refusal is not null)
        {
            return new Prepared(null, content.Refusal);
        }

        return content.Mime.Length > limits.Value.MessageBytes
            ? new Prepared(null, MessageProblems.Refused(
                "", "message_too_large",
                $"The finished message has {content.Mime.Length} bytes; at most {limits.Value.MessageBytes} are allowed."))
            : new Prepared(Pending(request, caller, idempotency, from, content), null, content.Html, content.GivenText);
    }

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
            IgnoredSuppressions = [.. (request.IgnoreSuppression ?? []).Select(Names.Parse<SuppressionReason>).Distinct()],
            Metadata = request.Metadata ?? NoHeaders,
            Mime = content.Mime,
            Template = content.Template,
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

    private async ValueTask<Content> RenderAsync(
        SendMessageRequest request, TemplateInput template, ApiCaller caller, Mailbox from, CancellationToken cancellationToken)
    {
        var locale = template.Locale is not null && LanguageTag.TryNormalize(template.Locale, out var tag) ? tag : null;
        var lookup = await library.FindAsync(
            caller.ProjectId, TemplateName.Of(template.Id), template.Version, locale, cancellationToken);
        if (lookup.Set is not { } set)
        {
            return new Content(MessageProblems.UnknownTemplate(lookup.Fault!));
        }

        var rendering = await render.RunAsync(set, template.Data, hasSubject: request.Subject is not null);
        if (rendering.Message is not { } message)
        {
            return new Content(MessageProblems.RenderFailed(rendering.Faults));
        }

        if ((request.Subject ?? message.Subject) is not { } subject)
        {
            return new Content(MessageProblems.Refused("/subject", "required", "The template has no subject; give one."));
        }

        return Compose(request, from, subject, message.Html, message.Text, Merge(message.Headers, request.Headers)) with
        {
            GivenText = set.Main.HasText ? message.Text : null,
            Template = new UsedTemplate(set.TemplateId, set.Version),
        };
    }

    /// <summary>The headers of the request go before those of the template; one that became empty is left out.</summary>
    private static List<KeyValuePair<string, string>> Merge(
        IReadOnlyList<KeyValuePair<string, string>> rendered, IReadOnlyDictionary<string, string>? given)
    {
        var own = given ?? NoHeaders;
        return
        [
            .. rendered.Where(r => r.Value.Length > 0 && !own.Keys.Contains(r.Key, StringComparer.OrdinalIgnoreCase)), .. own,
        ];
    }

    private static Content Compose(
        SendMessageRequest request, Mailbox from, string subject, string? html, string? text,
        IReadOnlyList<KeyValuePair<string, string>> headers)
    {
        var mime = MimeComposer.Compose(new ComposeRequest
        {
            From = from,
            To = Mailboxes(request.To),
            Cc = Mailboxes(request.Cc),
            ReplyTo = Mailboxes(request.ReplyTo),
            Subject = subject,
            Html = html,
            Text = text ?? HtmlToText.Convert(html!),
            Headers = headers,
            Attachments = [.. (request.Attachments ?? []).Select(Attachment)],
        });
        return new Content(null) { Mime = mime, Subject = subject, Html = html, GivenText = text };
    }

    private static Content ComposeRaw(string base64, Mailbox from)
    {
        if (!RawMessage.TryPrepare(Convert.FromBase64String(base64), out var prepared, out var error))
        {
            return new Content(MessageProblems.Refused("/raw", "invalid_raw", error));
        }

        return prepared.From.Address.Key == from.Address.Key
            ? new Content(null) { Mime = prepared.Mime, Subject = prepared.Subject }
            : new Content(MessageProblems.Refused(
                "/raw", "from_mismatch", "The From of the raw message is another address than from."));
    }

    private static ComposeAttachment Attachment(AttachmentInput input) => new(
        input.Filename, input.ContentType ?? "application/octet-stream", Convert.FromBase64String(input.Content), input.ContentId);

    private static List<Mailbox> Mailboxes(AddressListInput? list) => [.. (list?.Items ?? []).Select(Mailbox)];

    private static Mailbox Mailbox(AddressInput input) => input.TryGetMailbox(out var mailbox, out var error)
        ? mailbox
        : throw new InvalidOperationException($"An address passed validation and cannot be read: {error}");

    /// <summary>A composed message, or why there is none.</summary>
    private sealed record Content(Refusal? Refusal)
    {
        public byte[] Mime { get; init; } = [];

        public string Subject { get; init; } = "";

        public string? Html { get; init; }

        public string? GivenText { get; init; }

        public UsedTemplate? Template { get; init; }
    }
}
