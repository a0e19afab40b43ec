using MailApi.Http;
using Microsoft.EntityFrameworkCore;

namespace MailApi.Templates;

/// <summary>Makes a template with its first version.</summary>
internal static class CreateTemplate
{
    public static Task<IResult> HandleAsync(
        CreateTemplateRequest request, ApiCaller caller, TemplateStore store, CancellationToken cancellationToken) =>
        store.ChangeAsync(
            async db =>
            {
                if (await db.Templates.AnyAsync(
                    t => t.ProjectId == caller.ProjectId && t.Slug == request.Slug, cancellationToken))
                {
                    return TemplateProblems.SlugTaken(request.Slug);
                }

                var locale = request.NormalLocale ?? "";
                var template = store.NewTemplate(caller.ProjectId, request.Slug, request.Name ?? request.Slug, locale);
                db.Templates.Add(template);
                var added = await store.AddVersionAsync(
                    db, template, request.Over(new()), locale, request.Publish ?? true, cancellationToken);
                if (added.Problem is { } problem)
                {
                    return problem;
                }

                await store.SaveAsync(db, template, cancellationToken);
                return TypedResults.Created(
                    $"/v1/templates/{template.Id}", await store.ResponseAsync(db, template, null, cancellationToken));
            },
            cancellationToken);
}
