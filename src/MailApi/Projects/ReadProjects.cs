using MailApi.Core.Data;
using MailApi.Core.Domain;
using MailApi.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace MailApi.Projects;

/// <summary>A page of all projects.</summary>
internal static class ListProjects
{
    public static Task<IResult> HandleAsync(HttpContext context, MailDb db, CancellationToken cancellationToken) =>
        IdPages.AnswerAsync(
            context, db.Projects.AsNoTracking(), p => p.Id, ProjectResponse.Of, cancellationToken);
}

/// <summary>One project.</summary>
internal static class GetProject
{
    public static async Task<Results<Ok<ProjectResponse>, ProblemHttpResult>> HandleAsync(
        Id<Project> id, MailDb db, CancellationToken cancellationToken) =>
        await db.Projects.AsNoTracking().SingleOrDefaultAsync(p => p.Id == id, cancellationToken) is { } project
            ? TypedResults.Ok(ProjectResponse.Of(project))
            : Problems.NotFound("project");
}
