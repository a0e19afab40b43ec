using MailApi.Core.Data;
using MailApi.Core.Domain;
using MailApi.Core.Templating;
using MailApi.Http;
using Microsoft.EntityFrameworkCore;

namespace MailApi.Templates;

/// <summary>Renames a template, or gives it a new version that differs from the live one in what is given.</summary>
internal static class UpdateTemplate
{
    public static Task<IResult> HandleAsync(
        string template, UpdateTemplateRequest request, ApiCaller caller, TemplateStore store, TemplateLibrary library,
        CancellationToken cancellationToken) => store.ChangeAsync(
            async db =>
            {
                if (await db.FindTemplateAsync(caller.ProjectId, template, cancellationToken) is not { } found)
                {
                    return TemplateProblems.NotFound();
                }

                var before = found.Slug;
                if (await RenameAsync(db, found, request, cancellationToken) is { } refusal)
                {
                    return refusal;
                }

                int? made = null;
                if (request.HasContent)
                {
                    var from = await BaseAsync(db, found, request.NormalLocale, cancellationToken);
                    var added = await store.AddVersionAsync(
                        db, found, request.Over(from.Content), request.NormalLocale ?? from.Locale, request.Publish ?? true,
                        cancellationToken);
                    if (added.Problem is { } problem)
                    {
                        return problem;
                    }

                    made = added.Version!.Number;
                }

                await store.SaveAsync(db, found, cancellationToken);
                library.Forget(found.ProjectId, found.Id, before);
                return TypedResults.Ok(await store.ResponseAsync(db, found, made, cancellationToken));
            },
            cancellationToken);

    private static async Task<IResult?> RenameAsync(
        MailDb db, Template found, UpdateTemplateRequest request, CancellationToken cancellationToken)
    {
        found.Name = request.Name ?? found.Name;
        if (request.Slug is not { } slug || slug == found.Slug)
        {
            return null;
        }

        if (await db.UsersOfAsync(found, cancellationToken) is { Count: > 0 } users)
        {
            return TemplateProblems.InUse(found, users);
        }

        if (await db.Templates.AnyAsync(t => t.ProjectId == found.ProjectId && t.Slug == slug, cancellationToken))
        {
            return TemplateProblems.SlugTaken(slug);
        }

        found.Slug = slug;
        return null;
    }

    /// <summary>What a change starts from: what is live in the locale, or by default, or else the newest version.</summary>
    private static async Task<TemplateVersion> BaseAsync(
        MailDb db, Template template, string? locale, CancellationToken cancellationToken)
    {
        var live = await db.LiveTemplates.Where(l => l.TemplateId == template.Id).ToListAsync(cancellationToken);
        var number = live.Find(l => l.Locale == locale)?.Version
            ?? live.Find(l => l.Locale == template.DefaultLocale)?.Version
            ?? template.LatestVersion;
        return await db.TemplateVersions.AsNoTracking().SingleAsync(
            v => v.TemplateId == template.Id && v.Number == number, cancellationToken);
    }
}

/// <summary>Deletes a template that no live template includes. Messages keep its id and the version.</summary>
internal static class DeleteTemplate
{
    public static Task<IResult> HandleAsync(
        string template, ApiCaller caller, TemplateStore store, CancellationToken cancellationToken) => store.ChangeAsync(
            async db =>
            {
                if (await db.FindTemplateAsync(caller.ProjectId, template, cancellationToken) is not { } found)
                {
                    return TemplateProblems.NotFound();
                }

                if (await db.UsersOfAsync(found, cancellationToken) is { Count: > 0 } users)
                {
                    return TemplateProblems.InUse(found, users);
                }

                db.Templates.Remove(found);
                await store.SaveAsync(db, found, cancellationToken);
                return TypedResults.NoContent();
            },
            cancellationToken);
}
