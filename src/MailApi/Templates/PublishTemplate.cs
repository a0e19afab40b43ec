using MailApi.Core.Domain;
using MailApi.Http;
using Microsoft.EntityFrameworkCore;

namespace MailApi.Templates;

/// <summary>Adds a version: a draft, unless it is to go live at once.</summary>
internal static class CreateVersion
{
    public static Task<IResult> HandleAsync(
        string template, CreateVersionRequest request, ApiCaller caller, TemplateStore store,
        CancellationToken cancellationToken) => store.ChangeAsync(
            async db =>
            {
                if (await db.FindTemplateAsync(caller.ProjectId, template, cancellationToken) is not { } found)
                {
                    return TemplateProblems.NotFound();
                }

                var publish = request.Publish ?? false;
                var locale = request.NormalLocale ?? found.DefaultLocale;
                var added = await store.AddVersionAsync(db, found, request.Over(new()), locale, publish, cancellationToken);
                if (added.Problem is { } problem)
                {
                    return problem;
                }

                await store.SaveAsync(db, found, cancellationToken);
                return TypedResults.Created(
                    $"/v1/templates/{found.Id}/versions/{added.Version!.Number}",
                    VersionResponse.Of(added.Version, publish, added.Compiled));
            },
            cancellationToken);
}

/// <summary>Makes a version live in its locale; an older one too, which takes back what came after.</summary>
internal static class PublishTemplate
{
    public static Task<IResult> HandleAsync(
        string template, PublishTemplateRequest? request, ApiCaller caller, TemplateStore store,
        CancellationToken cancellationToken) => store.ChangeAsync(
            async db =>
            {
                if (await db.FindTemplateAsync(caller.ProjectId, template, cancellationToken) is not { } found)
                {
                    return TemplateProblems.NotFound();
                }

                var number = request?.Version ?? found.LatestVersion;
                TemplateVersion? version = await db.TemplateVersions.SingleOrDefaultAsync(
                    v => v.TemplateId == found.Id && v.Number == number, cancellationToken);
                if (version is null)
                {
                    return TemplateProblems.NoVersion(number);
                }

                if (await store.PublishAsync(db, found, version, cancellationToken) is { } problem)
                {
                    return problem;
                }

                await store.SaveAsync(db, found, cancellationToken);
                return TypedResults.Ok(await store.ResponseAsync(db, found, number, cancellationToken));
            },
            cancellationToken);
}
