namespace MailApi.Core.Domain;

/// <summary>Something that happened; never changed afterwards.</summary>
public sealed class Event : IIdentified
{
    public static string IdPrefix => "evt";

    public required Id<Event> Id { get; init; }

    public required Id<Project> ProjectId { get; init; }

    /// <summary>
    /// The database's transaction id on PostgreSQL, 0 on SQLite. Events are read in the order of (transaction, id) and
    /// only below the oldest transaction still open, so that a cursor never passes an event that commits late.
    /// </summary>
    public long TransactionId { get; init; }

    public required string Type { get; init; }

    public required DateTimeOffset Timestamp { get; init; }

    public Id<Message>? MessageId { get; init; }

    /// <summary>Counts from 1 per message.</summary>
    public int? Sequence { get; init; }

    public string? Recipient { get; init; }

    /// <summary><see cref="EmailAddress.Key"/> of the recipient, for look-ups.</summary>
    public string? RecipientKey { get; init; }

    public int? Attempt { get; init; }

    /// <summary>What else there is to tell: a JSON object with <c>bounce</c>, <c>smtp</c>, <c>reason</c> …</summary>
    public string? Details { get; init; }
}
