using MailApi.Core.Domain;
using MailApi.Http;

namespace MailApi.ApiKeys;

/// <summary>Keys and what they may do.</summary>
internal static class ApiKeyRoutes
{
    private static readonly object Example = new
    {
        Name = "Web shop",
        Scopes = new[] { "send", "read" },
        AllowedFrom = new[] { "acme.example" },
        AllowedIps = new[] { "10.0.0.0/8" },
        RateLimit = new { Limit = 100, Window = 10 },
    };

    private static readonly object Change = new { Name = "Web shop", Scopes = new[] { "send" } };

    public static void MapApiKeys(this RouteGroupBuilder v1)
    {
        var keys = v1.MapGroup("/api-keys").WithTags("API keys").RequireScope(Scopes.Keys);

        keys.MapPost("/", CreateApiKey.HandleAsync)
            .WithName("createApiKey").WithExample(Example).WithSummary("Create a key; it is shown once")
            .Declare(400, 401, 403, 422, 429);
        keys.MapGet("/", ListApiKeys.HandleAsync)
            .WithName("listApiKeys").WithSummary("List keys, newest first").WithQuery("cursor", "limit", "order")
            .Produces<ListResponse<ApiKeyResponse>>().Declare(400, 401, 403, 429);
        keys.MapGet("/{id}", GetApiKey.HandleAsync)
            .WithName("getApiKey").WithSummary("Get a key, without its secret").Declare(400, 401, 403, 404, 429);
        keys.MapPatch("/{id}", UpdateApiKey.HandleAsync)
            .WithName("updateApiKey").WithExample(Change)
            .WithSummary("Change what a key may do").Declare(400, 401, 403, 404, 422, 429);
        keys.MapDelete("/{id}", DeleteApiKey.HandleAsync)
            .WithName("deleteApiKey").WithSummary("Revoke a key").Declare(400, 401, 403, 404, 429);
        keys.MapPost("/{id}/rotate", RotateApiKey.HandleAsync)
            .WithName("rotateApiKey").WithExample(new { OverlapSeconds = 86_400 })
            .WithSummary("Give a key a new secret; the old one works for a while").Declare(400, 401, 403, 404, 422, 429);
    }
}
