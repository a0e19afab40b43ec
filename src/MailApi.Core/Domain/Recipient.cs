namespace MailApi.Core.Domain;

/// <summary>One recipient of one message.</summary>
public sealed class Recipient
{
    /// <summary>Where a recipient stands that has not reached its end.</summary>
    public static readonly IReadOnlyList<RecipientStatus> Open =
        [RecipientStatus.Scheduled, RecipientStatus.Queued, RecipientStatus.Deferred];

    public required Id<Message> MessageId { get; init; }

    /// <summary>Counts from 0 over to, cc and bcc.</summary>
    public required int Position { get; init; }

    public required Id<Project> ProjectId { get; init; }

    public required string Email { get; init; }

    /// <summary><see cref="EmailAddress.Key"/>, for look-ups.</summary>
    public required string EmailKey { get; init; }

    public string? Name { get; init; }

    public required RecipientKind Kind { get; init; }

    public required RecipientStatus Status { get; set; }

    /// <summary>Why it stands there, in a word or a sentence.</summary>
    public string? Reason { get; set; }

    /// <summary>True when it ended by a soft bounce that counts against the mailbox.</summary>
    public bool SoftBounced { get; set; }
}
