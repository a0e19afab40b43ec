using MailApi.Core.Domain;

namespace MailApi.Http;

/// <summary>Who is calling: a key that has been checked, and what it may do.</summary>
public sealed record ApiCaller
{
    public required Id<ApiKey> KeyId { get; init; }

    public required Id<Project> ProjectId { get; init; }

    public required bool Sandbox { get; init; }

    public required IReadOnlyList<string> Scopes { get; init; }

    public required IReadOnlyList<string> AllowedFrom { get; init; }

    public bool IsAdmin => Scopes.Contains(Core.Domain.Scopes.Admin);

    /// <summary>Set by the authentication before any handler runs.</summary>
    public static ValueTask<ApiCaller?> BindAsync(HttpContext context) => ValueTask.FromResult(context.Features.Get<ApiCaller>());

    /// <summary>True when From may be this address: it, or its domain, is listed, or nothing is.</summary>
    public bool MaySendFrom(EmailAddress address)
    {
        if (AllowedFrom.Count == 0)
        {
            return true;
        }

        return AllowedFrom.Any(allowed => allowed.Contains('@')
            ? EmailAddress.TryParse(allowed, out var one, out _) && one!.Key == address.Key
            : string.Equals(allowed, address.Domain, StringComparison.OrdinalIgnoreCase));
    }

    internal static ApiCaller Of(ApiKey key) => new()
    {
        KeyId = key.Id,
        ProjectId = key.ProjectId,
        Sandbox = key.Sandbox,
        Scopes = key.Scopes,
        AllowedFrom = key.AllowedFrom,
    };
}
