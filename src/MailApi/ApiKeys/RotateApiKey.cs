using FluentValidation;
using MailApi.Core.Data;
using MailApi.Core.Domain;
using MailApi.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace MailApi.ApiKeys;

/// <summary>How long the old secret still works.</summary>
/// <param name="OverlapSeconds">0 to 604800; default 86400, a day.</param>
public sealed record RotateApiKeyRequest(int OverlapSeconds = 86_400);

internal sealed class RotateApiKeyRequestValidator : AbstractValidator<RotateApiKeyRequest>
{
    public RotateApiKeyRequestValidator() =>
        RuleFor(r => r.OverlapSeconds).InclusiveBetween(0, 604_800).WithErrorCode("out_of_range");
}

/// <summary>Gives a key a new secret, shown once.</summary>
internal static class RotateApiKey
{
    public static async Task<Results<Ok<ApiKeyResponse>, ProblemHttpResult>> HandleAsync(
        Id<ApiKey> id, RotateApiKeyRequest? request, ApiCaller caller, MailDb db, ApiKeyCache cache, TimeProvider time,
        CancellationToken cancellationToken)
    {
        if (await db.ApiKeys.ReachableBy(caller).SingleOrDefaultAsync(k => k.Id == id, cancellationToken) is not { } key)
        {
            return Problems.NotFound("API key");
        }

        if (ApiKeyRules.Exceeds(caller, key.Scopes, key.AllowedFrom) is { } error)
        {
            return Problems.Forbidden(error.Code, error.Detail);
        }

        var secret = KeySecret.New(id, key.Sandbox);
        var overlap = TimeSpan.FromSeconds((request ?? new RotateApiKeyRequest()).OverlapSeconds);
        key.PreviousSecretHash = key.SecretHash;
        key.PreviousValidUntil = time.GetUtcNow() + overlap;
        key.SecretHash = secret.Hash();
        await db.SaveChangesAsync(cancellationToken);
        cache.Forget(id);
        return TypedResults.Ok(ApiKeyResponse.Of(key, secret));
    }
}
