using FluentValidation;
using MailApi.Core.Data;
using MailApi.Core.Domain;
using MailApi.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace MailApi.ApiKeys;

/// <summary>A key to be made.</summary>
/// <param name="Name">For people.</param>
/// <param name="Scopes">What it may do.</param>
/// <param name="Sandbox">True: no message sent with it leaves the service.</param>
/// <param name="ProjectId">Another project than your own; for admin keys.</param>
/// <param name="AllowedFrom">Domains or addresses that From may use.</param>
/// <param name="AllowedIps">Networks it may be used from.</param>
/// <param name="ExpiresAt">When it ends.</param>
/// <param name="RateLimit">Requests in each window of seconds.</param>
public sealed record CreateApiKeyRequest(
    string Name,
    IReadOnlyList<string> Scopes,
    bool Sandbox = false,
    Id<Project>? ProjectId = null,
    IReadOnlyList<string>? AllowedFrom = null,
    IReadOnlyList<string>? AllowedIps = null,
    DateTimeOffset? ExpiresAt = null,
    RateLimitSetting? RateLimit = null);

internal sealed class CreateApiKeyRequestValidator : AbstractValidator<CreateApiKeyRequest>
{
    public CreateApiKeyRequestValidator(TimeProvider time)
    {
        RuleFor(k => k.Name).KeyName();
        RuleFor(k => k.Scopes).KeyScopes();
        RuleForEach(k => k.AllowedFrom).Sender();
        RuleForEach(k => k.AllowedIps).Network();
        RuleFor(k => k.RateLimit).Limit();
        RuleFor(k => k.ExpiresAt).Must(t => t is null || t > time.GetUtcNow())
            .WithErrorCode("in_the_past").WithMessage("expires_at lies in the past.");
    }
}

/// <summary>Makes a key and shows it once.</summary>
internal static class CreateApiKey
{
    public static async Task<Results<Created<ApiKeyResponse>, ProblemHttpResult>> HandleAsync(
        CreateApiKeyRequest request, ApiCaller caller, MailDb db, TimeProvider time, CancellationToken cancellationToken)
    {
        var project = request.ProjectId ?? caller.ProjectId;
        if (project != caller.ProjectId
            && (!caller.IsAdmin || !await db.Projects.AnyAsync(p => p.Id == project, cancellationToken)))
        {
            return Problems.Unprocessable(
                "unknown_project", "There is no such project, or your key may not make keys for it.",
                [new FieldError("/project_id", "unknown_project", "There is no such project.")]);
        }

        if (ApiKeyRules.Exceeds(caller, request.Scopes, request.AllowedFrom ?? []) is { } error)
        {
            return Problems.Forbidden(error.Code, error.Detail);
        }

        if (caller.Sandbox && !request.Sandbox)
        {
            return Problems.Forbidden("exceeds_own_rights", "A sandbox key makes sandbox keys only.");
        }

        var (key, secret) = NewKey.Make(project, request.Name, request.Scopes, request.Sandbox, time.GetUtcNow());
        key.AllowedFrom = request.AllowedFrom ?? [];
        key.AllowedIps = request.AllowedIps ?? [];
        key.ExpiresAt = request.ExpiresAt?.ToUniversalTime();
        key.RateLimit = request.RateLimit?.Limit;
        key.RateLimitWindow = request.RateLimit?.Window;
        db.ApiKeys.Add(key);
        await db.SaveChangesAsync(cancellationToken);
        return TypedResults.Created($"/v1/api-keys/{key.Id}", ApiKeyResponse.Of(key, secret));
    }
}
