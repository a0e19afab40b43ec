using MailApi.Core.Data;
using MailApi.Core.Domain;
using MailApi.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace MailApi.ApiKeys;

/// <summary>A page of a project's keys.</summary>
internal static class ListApiKeys
{
    public static Task<IResult> HandleAsync(
        HttpContext context, ApiCaller caller, MailDb db, CancellationToken cancellationToken) => IdPages.AnswerAsync(
            context, db.ApiKeys.AsNoTracking().Where(k => k.ProjectId == caller.ProjectId), k => k.Id, ApiKeyResponse.Of,
            cancellationToken);
}

/// <summary>One key.</summary>
internal static class GetApiKey
{
    public static async Task<Results<Ok<ApiKeyResponse>, ProblemHttpResult>> HandleAsync(
        Id<ApiKey> id, ApiCaller caller, MailDb db, CancellationToken cancellationToken) =>
        await db.ApiKeys.AsNoTracking().ReachableBy(caller).SingleOrDefaultAsync(k => k.Id == id, cancellationToken) is { } key
            ? TypedResults.Ok(ApiKeyResponse.Of(key))
            : Problems.NotFound("API key");

    /// <summary>A project's keys; an admin reaches those of all projects by their ids.</summary>
    public static IQueryable<ApiKey> ReachableBy(this IQueryable<ApiKey> keys, ApiCaller caller) =>
        caller.IsAdmin ? keys : keys.Where(k => k.ProjectId == caller.ProjectId);
}
