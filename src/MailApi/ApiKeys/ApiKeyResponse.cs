using System.Text.Json.Serialization;
using MailApi.Core.Domain;

namespace MailApi.ApiKeys;

/// <summary>Requests allowed in each window.</summary>
/// <param name="Limit">How many.</param>
/// <param name="Window">Seconds.</param>
public sealed record RateLimitSetting(int Limit, int Window);

/// <summary>A key without its secret.</summary>
/// <param name="Id">The key.</param>
/// <param name="ProjectId">What it belongs to.</param>
/// <param name="Name">For people.</param>
/// <param name="Prefix">What may be shown of it: <c>mk_live_…</c> without the secret.</param>
/// <param name="Key">The whole key; only in the answer that makes it.</param>
/// <param name="Scopes">What it may do.</param>
/// <param name="Sandbox">True when no message sent with it leaves the service.</param>
/// <param name="AllowedFrom">Domains or addresses that From may use; empty means any.</param>
/// <param name="AllowedIps">Networks it may be used from; empty means any.</param>
/// <param name="RateLimit">Null means none.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="ExpiresAt">When it ends; null means never.</param>
/// <param name="LastUsedAt">To the minute or so.</param>
/// <param name="PreviousValidUntil">Until then the secret before the last rotation works, too.</param>
public sealed record ApiKeyResponse(
    Id<ApiKey> Id,
    Id<Project> ProjectId,
    string Name,
    string Prefix,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Key,
    IReadOnlyList<string> Scopes,
    bool Sandbox,
    IReadOnlyList<string> AllowedFrom,
    IReadOnlyList<string> AllowedIps,
    RateLimitSetting? RateLimit,
    DateTimeOffset CreatedAt,
    DateTimeOffset? ExpiresAt,
    DateTimeOffset? LastUsedAt,
    DateTimeOffset? PreviousValidUntil)
{
    internal static ApiKeyResponse Of(ApiKey key) => Of(key, null);

    internal static ApiKeyResponse Of(ApiKey key, KeySecret? secret) => new(
        key.Id, key.ProjectId, key.Name, KeySecret.Prefix(key.Id, key.Sandbox), secret?.ToString(), key.Scopes, key.Sandbox,
        key.AllowedFrom, key.AllowedIps,
        key is { RateLimit: { } limit, RateLimitWindow: { } window } ? new RateLimitSetting(limit, window) : null,
        key.CreatedAt, key.ExpiresAt, key.LastUsedAt, key.PreviousValidUntil);
}
