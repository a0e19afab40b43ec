using FluentValidation;
using MailApi.Core.Data;
using MailApi.Core.Domain;
using MailApi.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace MailApi.ApiKeys;

/// <summary>What to change; what is left out stays.</summary>
public sealed record UpdateApiKeyRequest(
    string? Name = null,
    IReadOnlyList<string>? Scopes = null,
    IReadOnlyList<string>? AllowedFrom = null,
    IReadOnlyList<string>? AllowedIps = null,
    DateTimeOffset? ExpiresAt = null,
    RateLimitSetting? RateLimit = null);

internal sealed class UpdateApiKeyRequestValidator : AbstractValidator<UpdateApiKeyRequest>
{
    public UpdateApiKeyRequestValidator()
    {
        RuleFor(k => k.Name).KeyName();
        RuleFor(k => k.Scopes).KeyScopes();
        RuleForEach(k => k.AllowedFrom).Sender();
        RuleForEach(k => k.AllowedIps).Network();
        RuleFor(k => k.RateLimit).Limit();
    }
}

/// <summary>Changes what a key may do.</summary>
internal static class UpdateApiKey
{
    public static async Task<Results<Ok<ApiKeyResponse>, ProblemHttpResult>> HandleAsync(
        Id<ApiKey> id, UpdateApiKeyRequest request, ApiCaller caller, MailDb db, ApiKeyCache cache,
        CancellationToken cancellationToken)
    {
        if (await db.ApiKeys.ReachableBy(caller).SingleOrDefaultAsync(k => k.Id == id, cancellationToken) is not { } key)
        {
            return Problems.NotFound("API key");
        }

        if (ApiKeyRules.Exceeds(caller, request.Scopes ?? key.Scopes, request.AllowedFrom ?? key.AllowedFrom) is { } error)
        {
            return Problems.Forbidden(error.Code, error.Detail);
        }

        key.Name = request.Name ?? key.Name;
        key.Scopes = request.Scopes ?? key.Scopes;
        key.AllowedFrom = request.AllowedFrom ?? key.AllowedFrom;
        key.AllowedIps = request.AllowedIps ?? key.AllowedIps;
        key.ExpiresAt = request.ExpiresAt?.ToUniversalTime() ?? key.ExpiresAt;
        key.RateLimit = request.RateLimit?.Limit ?? key.RateLimit;
        key.RateLimitWindow = request.RateLimit?.Window ?? key.RateLimitWindow;
        await db.SaveChangesAsync(cancellationToken);
        cache.Forget(id);
        return TypedResults.Ok(ApiKeyResponse.Of(key));
    }
}

/// <summary>Revokes a key at once.</summary>
internal static class DeleteApiKey
{
    public static async Task<Results<NoContent, ProblemHttpResult>> HandleAsync(
        Id<ApiKey> id, ApiCaller caller, MailDb db, ApiKeyCache cache, CancellationToken cancellationToken)
    {
        var deleted = await db.ApiKeys.ReachableBy(caller).Where(k => k.Id == id).ExecuteDeleteAsync(cancellationToken);
        cache.Forget(id);
        return deleted > 0 ? TypedResults.NoContent() : Problems.NotFound("API key");
    }
}
