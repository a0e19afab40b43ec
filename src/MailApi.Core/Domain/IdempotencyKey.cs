namespace MailApi.Core.Domain;

/// <summary>What a request with an Idempotency-Key was answered; committed together with what it made.</summary>
public sealed class IdempotencyKey
{
    public required Id<Project> ProjectId { get; init; }

    public required string Key { get; init; }

    /// <summary>SHA-256 of the request.</summary>
    public required byte[] RequestHash { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>0 until the answer is known, within the same transaction.</summary>
    public required int StatusCode { get; init; }

    /// <summary>The body of the answer.</summary>
    public required byte[] Response { get; init; }
}
