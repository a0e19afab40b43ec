namespace MailApi.Core.Domain;

/// <summary>A caller's key. Only the SHA-256 of its secret is kept.</summary>
public sealed class ApiKey : IIdentified
{
    public static string IdPrefix => "key";

    public required Id<ApiKey> Id { get; init; }

    public required Id<Project> ProjectId { get; init; }

    public required string Name { get; set; }

    /// <summary>SHA-256 of the secret's 52 characters.</summary>
    public required byte[] SecretHash { get; set; }

    /// <summary>The secret before the last rotation, good until <see cref="PreviousValidUntil"/>.</summary>
    public byte[]? PreviousSecretHash { get; set; }

    public DateTimeOffset? PreviousValidUntil { get; set; }

    public required IReadOnlyList<string> Scopes { get; set; }

    /// <summary>True for <c>mk_test_</c> keys: no message sent with it ever leaves the service.</summary>
    public required bool Sandbox { get; init; }

    /// <summary>Domains or addresses that From may use; empty means any.</summary>
    public IReadOnlyList<string> AllowedFrom { get; set; } = [];

    /// <summary>Networks (CIDR) the key may be used from; empty means any.</summary>
    public IReadOnlyList<string> AllowedIps { get; set; } = [];

    /// <summary>Requests allowed in each window of <see cref="RateLimitWindow"/>; null means no limit.</summary>
    public int? RateLimit { get; set; }

    /// <summary>Seconds.</summary>
    public int? RateLimitWindow { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? ExpiresAt { get; set; }

    /// <summary>Written about once a minute, not at each request.</summary>
    public DateTimeOffset? LastUsedAt { get; set; }
}
