using MailApi.Core.Domain;

namespace MailApi.Core.Delivery.Queueing;

/// <summary>A recipient that has not reached its end.</summary>
public sealed record PendingRecipient(int Position, EmailAddress Address);

/// <summary>A delivery this node holds the lease of, with all that an attempt needs.</summary>
public sealed record LeasedDelivery
{
    public required Id<Message> MessageId { get; init; }

    public required Id<Project> ProjectId { get; init; }

    public required Priority Priority { get; init; }

    /// <summary>The attempt to be made, counted from 1.</summary>
    public required int Attempt { get; init; }

    public required DateTimeOffset LeasedAt { get; init; }

    public required bool Sandbox { get; init; }

    public required EmailAddress Sender { get; init; }

    public required IReadOnlyList<PendingRecipient> Recipients { get; init; }

    public required IReadOnlyList<string> Tags { get; init; }

    public required IReadOnlyDictionary<string, string> Metadata { get; init; }

    /// <summary>The header lines the service owns, the same at every attempt.</summary>
    public required byte[] Prefix { get; init; }

    public required byte[] Mime { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>What it takes of the memory set aside for such deliveries.</summary>
    public required int Bytes { get; init; }

    /// <summary>Its place in memory.</summary>
    public Place Place => new(ProjectId, Priority, Recipients.Count > 0 ? Recipients[0].Address.Domain : "", Bytes);
}
