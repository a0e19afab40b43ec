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
        suppressions.MapPost("/import", ImportSuppressionFile.HandleAsync)
            .WithName("importSuppressions").WithSummary("Suppress the addresses of a file")
            .TakesOnly(
                ImportSuppressionFile.ContentType,
                "UTF-8 with a first line that names the columns: email, reason and expires_at, the latter two if wanted; or "
                + "addresses alone, one a line. Up to 100,000 addresses and 16 MiB. What an export wrote can be imported.",
                "email,reason,expires_at\nann@example.net,unsubscribe,\n")
            .WithDescription("Stored as a whole before the answer and worked through by a job; look at the import to see how far it is.")
            .Declare(400, 401, 403, 413, 415, 422, 429);
        suppressions.MapGet("/imports/{id}", GetSuppressionImport.HandleAsync)
            .WithName("getSuppressionImport").WithSummary("How far is an import?").Declare(400, 401, 403, 404, 429);
        suppressions.MapGet("/export", ExportSuppressions.Handle)
            .WithName("exportSuppressions").WithSummary("The whole list as CSV, oldest first").WithQuery("reason")
            .Produces<string>(StatusCodes.Status200OK, ImportSuppressionFile.ContentType).Declare(400, 401, 403, 429);
        suppressions.MapGet("/{email}", GetSuppression.HandleAsync)
            .WithName("getSuppression").WithSummary("Is an address suppressed, and why?").Declare(400, 401, 403, 404, 429);
        suppressions.MapDelete("/{email}", DeleteSuppression.HandleAsync)
            .WithName("deleteSuppression").WithSummary("Write to an address again").Declare(400, 401, 403, 404, 429);
    }
}
