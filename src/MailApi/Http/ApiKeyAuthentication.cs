using System.Net;
using MailApi.Core.Domain;
using Microsoft.AspNetCore.Http.HttpResults;

namespace MailApi.Http;

/// <summary>Lets only valid keys in, and each only where its scopes reach.</summary>
internal sealed class ApiKeyAuthentication(ApiKeyCache cache, RateLimits limits, KeyUse use, TimeProvider time)
{
    private const string Bearer = "Bearer ";

    /// <summary>Checks the key before the body is read: a stranger's body is not worth reading.</summary>
    public async Task<ProblemHttpResult?> CheckAsync(HttpContext context, RequiredScope scope)
    {
        var authorization = context.Request.Headers.Authorization.ToString();
        if (!authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase))
        {
            return Unauthorized(context, "unauthorized", "Send your key as 'Authorization: Bearer mk_live_…'.");
        }

        var key = KeySecret.TryParse(authorization[Bearer.Length..].Trim(), out var given)
            ? await cache.FindAsync(given, context.RequestAborted)
            : null;
        if (key is null)
        {
            return Unauthorized(context, "invalid_api_key", "This key does not exist, was revoked, or is not complete.");
        }

        var now = time.GetUtcNow();
        if (key.ExpiresAt <= now)
        {
            return Unauthorized(context, "api_key_expired", "This key has expired; make a new one.");
        }

        if (!IsAllowed(key, context.Connection.RemoteIpAddress))
        {
            return Problems.Forbidden("ip_not_allowed", "This key may not be used from this address.");
        }

        if (!limits.TryTake(key, context.Response))
        {
            return Problems.TooManyRequests();
        }

        if (!Scopes.Include(key.Scopes, scope.Name))
        {
            return Problems.Forbidden("missing_scope", $"This needs a key with the scope '{scope.Name}'.");
        }

        use.Note(key.Id, now);
        context.Features.Set(ApiCaller.Of(key));
        return null;
    }

    private static ProblemHttpResult Unauthorized(HttpContext context, string code, string detail)
    {
        context.Response.Headers.WWWAuthenticate = "Bearer";
        return Problems.Unauthorized(code, detail);
    }

    private static bool IsAllowed(ApiKey key, IPAddress? address)
    {
        if (key.AllowedIps.Count == 0)
        {
            return true;
        }

        var ip = address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address;
        return ip is not null && key.AllowedIps.Any(a => IPNetwork.TryParse(a, out var network) && network.Contains(ip));
    }
}

/// <summary>The scope an endpoint asks for.</summary>
internal sealed record RequiredScope(string Name);

/// <summary>Runs the check for endpoints that ask for a scope, before their bodies are read.</summary>
internal static class ApiKeyMiddleware
{
    public static TBuilder RequireScope<TBuilder>(this TBuilder builder, string scope)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new RequiredScope(scope));

    public static void UseApiKeys(this IApplicationBuilder app) => app.Use(async (context, next) =>
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<RequiredScope>() is { } scope)
        {
            var check = context.RequestServices.GetRequiredService<ApiKeyAuthentication>();
            if (await check.CheckAsync(context, scope) is { } problem)
            {
                await problem.ExecuteAsync(context);
                return;
            }
        }

        await next(context);
    });
}
