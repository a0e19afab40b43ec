using System.Text.Json.Serialization;
using MailApi.Core.Domain;

namespace MailApi.Events;

/// <summary>Something that happened.</summary>
/// <param name="Id">The same wherever the event is told.</param>
/// <param name="Type"><c>message.delivered</c> and the like.</param>
/// <param name="Timestamp">When it was recorded.</param>
/// <param name="Sequence">Counts from 1 per message; null for events that belong to none.</param>
/// <param name="Data">What it is about.</param>
public sealed record EventResponse(
    Id<Event> Id, string Type, DateTimeOffset Timestamp, int? Sequence, EventDataResponse Data)
{
    internal static EventResponse Of(Event e, Message? message) => Of(
        e, e.Details is { } json ? EventDetails.FromJson(json) : new EventDetails(), message?.Tags, message?.Metadata);

    internal static EventResponse Of(
        Event e, EventDetails details, IReadOnlyList<string>? tags, IReadOnlyDictionary<string, string>? metadata) => new(
            e.Id, e.Type, e.Timestamp, e.Sequence,
            new EventDataResponse(
                e.MessageId, e.Recipient, e.Attempt, tags, metadata, details.Bounce, details.Smtp, details.Reason,
                details.Source, details.WebhookId));
}

/// <summary>What an event is about; parts that do not apply are left out.</summary>
public sealed record EventDataResponse(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Id<Message>? MessageId,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Recipient,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Attempt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? Tags,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyDictionary<string, string>? Metadata,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] BounceDetails? Bounce,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] SmtpDetails? Smtp,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Reason,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Source,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? WebhookId);
