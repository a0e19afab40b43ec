namespace MailApi.Core.Domain;

/// <summary>An address that a project does not write to.</summary>
public sealed class Suppression
{
    public required Id<Project> ProjectId { get; init; }

    /// <summary><see cref="EmailAddress.Key"/> of the address: what all its spellings share.</summary>
    public required string EmailKey { get; init; }

    /// <summary>The address as it was first given.</summary>
    public required string Email { get; init; }

    public required SuppressionReason Reason { get; set; }

    /// <summary>Where it came from: <c>smtp</c>, <c>report</c>, <c>api</c> or <c>import</c>.</summary>
    public required string Source { get; set; }

    /// <summary>The message whose bounce led to it.</summary>
    public Id<Message>? MessageId { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>From then on it counts no more; null means never.</summary>
    public DateTimeOffset? ExpiresAt { get; set; }
}
