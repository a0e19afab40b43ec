using MailApi.Core.Data;
using MailApi.Core.Data.Events;
using MailApi.Core.Domain;
using MailApi.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace MailApi.Projects;

/// <summary>Renames a project.</summary>
internal static class UpdateProject
{
    public static async Task<Results<Ok<ProjectResponse>, ProblemHttpResult>> HandleAsync(
        Id<Project> id, UpdateProjectRequest request, MailDb db, CancellationToken cancellationToken)
    {
        if (await db.Projects.SingleOrDefaultAsync(p => p.Id == id, cancellationToken) is not { } project)
        {
            return Problems.NotFound("project");
        }

        project.Name = request.Name ?? project.Name;
        await db.SaveChangesAsync(cancellationToken);
        return TypedResults.Ok(ProjectResponse.Of(project));
    }
}

/// <summary>Deletes a project that holds nothing any more.</summary>
internal static class DeleteProject
{
    public static async Task<Results<NoContent, ProblemHttpResult>> HandleAsync(
        Id<Project> id, ApiCaller caller, MailDb db, CancellationToken cancellationToken)
    {
        if (!await db.Projects.AnyAsync(p => p.Id == id, cancellationToken))
        {
            return Problems.NotFound("project");
        }

        if (id == caller.ProjectId
            || await db.ApiKeys.AnyAsync(k => k.ProjectId == id, cancellationToken)
            || await db.Messages.AnyAsync(m => m.ProjectId == id, cancellationToken))
        {
            return Problems.Conflict(
                "project_not_empty", "Only a project without keys and messages can be deleted. Revoke its keys first.");
        }

        await db.Suppressions.Where(s => s.ProjectId == id).ExecuteDeleteAsync(cancellationToken);
        await db.SuppressionImportContents
            .Where(c => db.SuppressionImports.Any(i => i.Id == c.ImportId && i.ProjectId == id)).ExecuteDeleteAsync(cancellationToken);
        await db.SuppressionImports.Where(i => i.ProjectId == id).ExecuteDeleteAsync(cancellationToken);
        db.Webhooks.RemoveRange(await db.Webhooks.Where(w => w.ProjectId == id).ToListAsync(cancellationToken));
        await db.SaveEndpointsAsync(cancellationToken);
        await db.WebhookReplays.Where(r => r.ProjectId == id).ExecuteDeleteAsync(cancellationToken);
        await db.WebhookDeliveries.Where(d => d.ProjectId == id).ExecuteDeleteAsync(cancellationToken);
        await db.Templates.Where(t => t.ProjectId == id).ExecuteDeleteAsync(cancellationToken);
        await db.Events.Where(e => e.ProjectId == id).ExecuteDeleteAsync(cancellationToken);
        await db.Projects.Where(p => p.Id == id).ExecuteDeleteAsync(cancellationToken);
        return TypedResults.NoContent();
    }
}
