namespace MailApi.Core.Domain;

/// <summary>An endpoint that a project wants to be told at, and what of.</summary>
public sealed class Webhook : IIdentified
{
    public static string IdPrefix => "wh";

    public required Id<Webhook> Id { get; init; }

    public required Id<Project> ProjectId { get; init; }

    /// <summary>May hold a password before the host, which no answer shows.</summary>
    public required string Url { get; set; }

    /// <summary>Patterns of event types: <c>message.bounced</c>, <c>message.*</c>, <c>*</c>.</summary>
    public required IReadOnlyList<string> Events { get; set; }

    /// <summary>Only events of messages with one of these tags; empty means any event.</summary>
    public IReadOnlyList<string> Tags { get; set; } = [];

    public string? Description { get; set; }

    /// <summary>Sent with every request; their values are never shown.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; set; } = new Dictionary<string, string>();

    /// <summary>The key that requests are signed with.</summary>
    public required byte[] Secret { get; set; }

    /// <summary>The key before the last rotation; requests are signed with it too until <see cref="PreviousValidUntil"/>.</summary>
    public byte[]? PreviousSecret { get; set; }

    public DateTimeOffset? PreviousValidUntil { get; set; }

    public required bool Enabled { get; set; }

    /// <summary>Why it is not: <c>gone</c> (410), <c>failing</c>, or <c>manual</c>.</summary>
    public string? DisabledReason { get; set; }

    public DateTimeOffset? DisabledAt { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Requests that were answered 2xx.</summary>
    public long Succeeded { get; set; }

    /// <summary>Requests that were not.</summary>
    public long Failed { get; set; }

    public DateTimeOffset? LastSuccessAt { get; set; }

    public DateTimeOffset? LastFailureAt { get; set; }

    /// <summary>What the latest failure was.</summary>
    public string? LastError { get; set; }

    /// <summary>The first failure since the last success.</summary>
    public DateTimeOffset? FailingSince { get; set; }
}
