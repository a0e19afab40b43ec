using MailApi.Core.Domain;

namespace MailApi.Core.Accepting;

/// <summary>A recipient as the sender named it.</summary>
public sealed record PendingRecipient(Mailbox Mailbox, RecipientKind Kind);

/// <summary>A message that is ready to be accepted: validated, rendered, composed.</summary>
public sealed record PendingMessage
{
    public required Id<Project> ProjectId { get; init; }

    public required Mailbox From { get; init; }

    public required string Subject { get; init; }

    /// <summary>Each address once.</summary>
    public required IReadOnlyList<PendingRecipient> Recipients { get; init; }

    public required Priority Priority { get; init; }

    public required bool Sandbox { get; init; }

    /// <summary>Null, or in the future.</summary>
    public required DateTimeOffset? SendAt { get; init; }

    public required IReadOnlyList<string> Tags { get; init; }

    public required IReadOnlyDictionary<string, string> Metadata { get; init; }

    /// <summary>The message without the lines the service puts first.</summary>
    public required byte[] Mime { get; init; }

    public Id<Message>? ResentFrom { get; init; }

    /// <summary>Entries of the suppression list that do not count, by their reason.</summary>
    public IReadOnlyList<SuppressionReason> IgnoredSuppressions { get; init; } = [];

    /// <summary>What rendered it.</summary>
    public UsedTemplate? Template { get; init; }

    /// <summary>The message's own idempotency key, with the hash of what was asked for.</summary>
    public IdempotencyClaim? Idempotency { get; init; }
}

/// <summary>A key that one request may use once.</summary>
/// <param name="Key">1–256 visible ASCII characters.</param>
/// <param name="RequestHash">SHA-256 of the request.</param>
public sealed record IdempotencyClaim(string Key, byte[] RequestHash);

/// <summary>The version of a template that a message was rendered from.</summary>
public sealed record UsedTemplate(Id<Template> Id, int Version);
