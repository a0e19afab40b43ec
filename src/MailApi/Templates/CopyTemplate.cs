using MailApi.Core.Data;
using MailApi.Core.Domain;
using MailApi.Http;
using Microsoft.EntityFrameworkCore;

namespace MailApi.Templates;

/// <summary>
/// Copies what is live of a template, in every locale, into another project, and says when there is something else under
/// its slug. What it includes is not copied with it.
/// </summary>
internal static class CopyTemplate
{
    public static Task<IResult> HandleAsync(
        string template, CopyTemplateRequest request, ApiCaller caller, TemplateStore store,
        CancellationToken cancellationToken) => store.ChangeAsync(
            async db =>
            {
                if (await db.FindTemplateAsync(caller.ProjectId, template, cancellationToken) is not { } source)
                {
                    return TemplateProblems.NotFound();
                }

                if (!await db.Projects.AnyAsync(p => p.Id == request.ProjectId, cancellationToken))
                {
                    return Problems.Unprocessable(
                        "unknown_project", "There is no such project.",
                        [new FieldError("/project_id", "unknown_project", "There is no such project.")]);
                }

                var versions = await LiveAsync(db, source, cancellationToken);
                if (versions.Count == 0)
                {
                    return Problems.Unprocessable("template_not_published", "No version of this template is live; publish one first.");
                }

                return await CopyAsync(db, source, versions, request, store, cancellationToken);
            },
            cancellationToken);

    private static async Task<IResult> CopyAsync(
        MailDb db, Template source, List<TemplateVersion> versions, CopyTemplateRequest request, TemplateStore store,
        CancellationToken cancellationToken)
    {
        var slug = request.Slug ?? source.Slug;
        var target = await db.Templates.SingleOrDefaultAsync(
            t => t.ProjectId == request.ProjectId && t.Slug == slug, cancellationToken);
        var isNew = target is null;
        if (target is null)
        {
            target = store.NewTemplate(request.ProjectId, slug, source.Name, source.DefaultLocale);
            db.Templates.Add(target);
        }
        else
        {
            var there = await LiveAsync(db, target, cancellationToken);
            versions = [.. versions.Where(v => !there.Exists(t => Same(t, v)))];
            if (versions.Count == 0)
            {
                return TypedResults.Ok(await store.ResponseAsync(db, target, null, cancellationToken));
            }

            if (request.OnConflict != "new_version")
            {
                return Problems.Conflict(
                    "template_conflict",
                    $"The other project has a template {slug} that says something else; nothing was copied. Send \"on_conflict\": \"new_version\" to add to it.");
            }
        }

        foreach (var version in versions)
        {
            var added = await store.AddVersionAsync(
                db, target, version.Content, version.Locale, request.Publish, cancellationToken);
            if (added.Problem is { } problem)
            {
                return problem;
            }
        }

        await store.SaveAsync(db, target, cancellationToken);
        var response = await store.ResponseAsync(db, target, null, cancellationToken);
        return isNew ? TypedResults.Created($"/v1/templates/{target.Id}", response) : TypedResults.Ok(response);
    }

    private static Task<List<TemplateVersion>> LiveAsync(MailDb db, Template template, CancellationToken cancellationToken) => (
        from live in db.LiveTemplates.AsNoTracking()
        where live.TemplateId == template.Id
        join version in db.TemplateVersions.AsNoTracking() on new { live.TemplateId, Number = live.Version }
            equals new { version.TemplateId, version.Number }
        orderby version.Number
        select version).ToListAsync(cancellationToken);

    private static bool Same(TemplateVersion one, TemplateVersion other) =>
        one.Locale == other.Locale && one.Subject == other.Subject && one.Html == other.Html && one.Text == other.Text
        && one.Preheader == other.Preheader && one.Layout == other.Layout && one.Schema == other.Schema
        && one.Strict == other.Strict
        && one.Headers.Count == other.Headers.Count && !one.Headers.Except(other.Headers).Any();
}
