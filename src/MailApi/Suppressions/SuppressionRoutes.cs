using MailApi.Core.Domain;
using MailApi.Http;

namespace MailApi.Suppressions;

/// <summary>Addresses that a project does not write to.</summary>
internal static class SuppressionRoutes
{
    public static void MapSuppressions(this RouteGroupBuilder v1)
    {
        var suppressions = v1.MapGroup("/suppressions").WithTags("Suppressions").RequireScope(Scopes.Suppressions);

        suppressions.MapPost("/", CreateSuppressions.HandleAsync)
            .WithName("createSuppressions").WithExample(new { Email = "ann@example.net", Reason = "manual" })
            .WithSummary("Suppress one address, or up to 100")
            .Produces<SuppressionResponse>(StatusCodes.Status201Created)
            .Declare(400, 401, 403, 422, 429);
        suppressions.MapGet("/", ListSuppressions.HandleAsync)
            .WithName("listSuppressions").WithSummary("List suppressions, newest first")
            .WithQuery("reason", "cursor", "limit", "order")
            .Produces<ListResponse<SuppressionResponse>>().Declare(400, 401, 403, 429);
        suppressions.MapGet("/{email}", GetSuppression.HandleAsync)
            .WithName("getSuppression").WithSummary("Is an address suppressed, and why?").Declare(400, 401, 403, 404, 429);
        suppressions.MapDelete("/{email}", DeleteSuppression.HandleAsync)
            .WithName("deleteSuppression").WithSummary("Write to an address again").Declare(400, 401, 403, 404, 429);
    }
}
