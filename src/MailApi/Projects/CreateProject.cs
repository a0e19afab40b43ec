using MailApi.Core.Data;
using MailApi.Core.Domain;
using Microsoft.AspNetCore.Http.HttpResults;

namespace MailApi.Projects;

/// <summary>Makes a project; its first key is made with <c>project_id</c>.</summary>
internal static class CreateProject
{
    public static async Task<Created<ProjectResponse>> HandleAsync(
        CreateProjectRequest request, MailDb db, TimeProvider time, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var project = new Project { Id = Id<Project>.New(now), Name = request.Name, CreatedAt = now };
        db.Projects.Add(project);
        await db.SaveChangesAsync(cancellationToken);
        return TypedResults.Created($"/v1/projects/{project.Id}", ProjectResponse.Of(project));
    }
}
