namespace MailApi.Core.Domain;

/// <summary>
/// A place in the queue: the message has recipients that have not reached their end. The row is the schedule; it is
/// removed with the last recipient's outcome, so the queue stays as small as the work.
/// </summary>
public sealed class QueuedDelivery
{
    public required Id<Message> MessageId { get; init; }

    public required Id<Project> ProjectId { get; init; }

    public required Priority Priority { get; init; }

    /// <summary>When the next attempt may start. While leased: when it would have to be tried again.</summary>
    public required DateTimeOffset DueAt { get; set; }

    /// <summary>No attempt starts after this; what is left has failed.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>Attempts begun so far.</summary>
    public required int Attempt { get; set; }

    /// <summary>The node that is working on it; its lease lasts as long as the node is alive.</summary>
    public Guid? LeaseOwner { get; set; }

    public DateTimeOffset? LeasedAt { get; set; }
}
