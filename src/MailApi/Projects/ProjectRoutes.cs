using MailApi.Core.Domain;
using MailApi.Http;

namespace MailApi.Projects;

/// <summary>Tenants; for admin keys.</summary>
internal static class ProjectRoutes
{
    public static void MapProjects(this RouteGroupBuilder v1)
    {
        var projects = v1.MapGroup("/projects").WithTags("Projects").RequireScope(Scopes.Admin);

        projects.MapPost("/", CreateProject.HandleAsync)
            .WithName("createProject").WithExample(new { Name = "Production" }).WithSummary("Create a project")
            .Declare(400, 401, 403, 422, 429);
        projects.MapGet("/", ListProjects.HandleAsync)
            .WithName("listProjects").WithSummary("List projects, newest first").WithQuery("cursor", "limit", "order")
            .Produces<ListResponse<ProjectResponse>>().Declare(400, 401, 403, 429);
        projects.MapGet("/{id}", GetProject.HandleAsync)
            .WithName("getProject").WithSummary("Get a project").Declare(400, 401, 403, 404, 429);
        projects.MapPatch("/{id}", UpdateProject.HandleAsync)
            .WithName("updateProject").WithExample(new { Name = "Staging" }).WithSummary("Rename a project")
            .Declare(400, 401, 403, 404, 422, 429);
        projects.MapDelete("/{id}", DeleteProject.HandleAsync)
            .WithName("deleteProject").WithSummary("Delete an empty project").Declare(400, 401, 403, 404, 409, 429);
    }
}
