namespace MailApi.Core.Domain;

/// <summary>Where a message stands as a whole.</summary>
public enum MessageStatus
{
    /// <summary>Waits for its <c>send_at</c>.</summary>
    Scheduled,

    /// <summary>Accepted, no attempt has ended yet.</summary>
    Queued,

    /// <summary>Attempted; some recipients have not reached their end.</summary>
    Sending,

    /// <summary>Every recipient has reached its end.</summary>
    Completed,

    /// <summary>Taken back before its first attempt.</summary>
    Cancelled,
}

/// <summary>Where one recipient of a message stands.</summary>
public enum RecipientStatus
{
    Scheduled,
    Queued,
    Deferred,
    Delivered,
    Bounced,
    Complained,
    Suppressed,

    /// <summary>We gave up: expired, or refused by our own configuration.</summary>
    Failed,
    Cancelled,
}

/// <summary>The header field a recipient was named in.</summary>
public enum RecipientKind
{
    To,
    Cc,
    Bcc,
}

/// <summary>Lanes of the queue; a backlog in one never delays a higher one.</summary>
public enum Priority
{
    High,
    Normal,
    Low,
}

/// <summary>How an attempt ended for some of its recipients.</summary>
public enum AttemptOutcome
{
    Delivered,
    Deferred,
    Bounced,

    /// <summary>Delivered, and called abuse by the recipient: told by a report.</summary>
    Complained,

    /// <summary>The process died, or lost its lease, before the outcome was recorded.</summary>
    Interrupted,
}

/// <summary>Why an address is not written to.</summary>
public enum SuppressionReason
{
    HardBounce,
    SoftBounce,
    Complaint,
    Unsubscribe,
    Manual,
}
