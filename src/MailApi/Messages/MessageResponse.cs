using System.Text.Json.Serialization;
using MailApi.Core.Domain;

namespace MailApi.Messages;

/// <summary>A mailbox; always an object on output.</summary>
public sealed record AddressResponse(
    string Email, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Name);

/// <summary>Where a recipient stands.</summary>
/// <param name="Email">The address.</param>
/// <param name="Name">As the sender gave it.</param>
/// <param name="Kind"><c>to</c>, <c>cc</c> or <c>bcc</c>.</param>
/// <param name="Status">scheduled, queued, deferred, delivered, bounced, complained, suppressed, failed or cancelled.</param>
/// <param name="Reason">Why, where there is something to say.</param>
public sealed record RecipientResponse(
    string Email,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Name,
    string Kind,
    string Status,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Reason)
{
    internal static RecipientResponse Of(Recipient recipient) => new(
        recipient.Email, recipient.Name, Names.Of(recipient.Kind), Names.Of(recipient.Status), recipient.Reason);
}

/// <summary>The version of a template that rendered a message; the template may be gone by now.</summary>
public sealed record UsedTemplateResponse(Id<Template> Id, int Version)
{
    internal static UsedTemplateResponse? Of(Id<Template>? id, int? version) =>
        id is null ? null : new UsedTemplateResponse(id.Value, version ?? 0);
}

/// <summary>What the sender is told at once.</summary>
public sealed record AcceptedMessageResponse(
    Id<Message> Id,
    string Status,
    DateTimeOffset CreatedAt,
    DateTimeOffset? SendAt,
    bool Sandbox,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Id<Message>? ResentFrom,
    IReadOnlyList<RecipientResponse> Recipients)
{
    internal static AcceptedMessageResponse Of(Message message, IEnumerable<Recipient> recipients) => new(
        message.Id, Names.Of(message.Status), message.CreatedAt, message.SendAt, message.Sandbox, message.ResentFrom,
        [.. recipients.Select(RecipientResponse.Of)]);
}

/// <summary>A message with the status of each recipient.</summary>
/// <param name="Id">The message.</param>
/// <param name="Status">scheduled, queued, sending, completed or cancelled.</param>
/// <param name="CreatedAt">When it was accepted.</param>
/// <param name="SendAt">When it was, or is, to be sent; null means at once.</param>
/// <param name="Sandbox">True when it never leaves the service.</param>
/// <param name="From">The author.</param>
/// <param name="Subject">As composed.</param>
/// <param name="Priority">high, normal or low.</param>
/// <param name="Tags">As given.</param>
/// <param name="Metadata">As given.</param>
/// <param name="Size">Octets of the finished MIME.</param>
/// <param name="MessageId">The Message-ID header field (RFC 5322 §3.6.4), the same at every attempt.</param>
/// <param name="ResentFrom">The message it repeats.</param>
/// <param name="Template">The version of a template that it was rendered from.</param>
/// <param name="Recipients">In the order to, cc, bcc.</param>
public sealed record MessageResponse(
    Id<Message> Id,
    string Status,
    DateTimeOffset CreatedAt,
    DateTimeOffset? SendAt,
    bool Sandbox,
    AddressResponse From,
    string Subject,
    string Priority,
    IReadOnlyList<string> Tags,
    IReadOnlyDictionary<string, string> Metadata,
    int Size,
    string MessageId,
    Id<Message>? ResentFrom,
    UsedTemplateResponse? Template,
    IReadOnlyList<RecipientResponse> Recipients)
{
    internal static MessageResponse Of(
        Message message, IEnumerable<Recipient> recipients, ServiceHeaders headers, DateTimeOffset now) => new(
        message.Id, Names.Of(message.StatusAt(now)), message.CreatedAt, message.SendAt, message.Sandbox,
        new AddressResponse(message.FromEmail, message.FromName), message.Subject, Names.Of(message.Priority),
        message.Tags, message.Metadata, message.Size, $"<{headers.MessageId(message.Id, message.FromEmail)}>",
        message.ResentFrom, UsedTemplateResponse.Of(message.TemplateId, message.TemplateVersion),
        [.. recipients.Select(RecipientResponse.Of)]);
}
