namespace MailApi.Core.Domain;

/// <summary>A tag of a message, for look-ups. Kept by the database itself, by triggers of <c>messages</c>.</summary>
public sealed class MessageTag
{
    public required Id<Project> ProjectId { get; init; }

    public required string Tag { get; init; }

    public required Id<Message> MessageId { get; init; }
}
