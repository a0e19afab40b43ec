using System.Text;
using MailApi.Core.Data;
using MailApi.Core.Domain;
using MailApi.Core.Templating;
using MailApi.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace MailApi.Templates;

/// <summary>
/// Changes to templates. Two who change the same one at the same time both succeed, one after the other: a change that
/// finds the rows moved is done anew on what is there then.
/// </summary>
internal sealed class TemplateStore(
    IDbContextFactory<MailDb> databases, TemplateLibrary library, PublishRules rules, TimeProvider time)
{
    // Of those who write at once, one succeeds in every round.
    private const int Tries = 100;

    /// <summary>Runs a change; it returns its answer, and whatever it has put into the context is saved before.</summary>
    public async Task<IResult> ChangeAsync(Func<MailDb, Task<IResult>> change, CancellationToken cancellationToken)
    {
        for (var tried = 1; ; tried++)
        {
            await using var db = await databases.CreateDbContextAsync(cancellationToken);
            try
            {
                return await change(db);
            }
            catch (DbUpdateException exception) when (tried < Tries && WriteConflict.Is(exception))
            {
                // Somebody was faster: a version number or a slug is taken, or a row is gone.
            }
        }
    }

    /// <summary>Saves, and makes this node look again.</summary>
    public async Task SaveAsync(MailDb db, Template template, CancellationToken cancellationToken)
    {
        await db.SaveChangesAsync(cancellationToken);
        library.Forget(template);
    }

    public Template NewTemplate(Id<Project> project, string slug, string name, string defaultLocale)
    {
        var now = time.GetUtcNow();
        return new Template
        {
            Id = Id<Template>.New(now),
            ProjectId = project,
            Slug = slug,
            Name = name,
            DefaultLocale = defaultLocale,
            LatestVersion = 0,
            CreatedAt = now,
            UpdatedAt = now,
        };
    }

    /// <summary>Adds the next version of a template, and makes it live if that is wanted. Nothing is saved.</summary>
    public async Task<AddedVersion> AddVersionAsync(
        MailDb db, Template template, TemplateContent content, string locale, bool publish, CancellationToken cancellationToken)
    {
        var compilation = await CompileTemplate.RunAsync(content, cancellationToken);
        if (compilation.Template is not { } compiled)
        {
            return new AddedVersion(null, null, TemplateProblems.Invalid(compilation.Faults));
        }

        template.LatestVersion++;
        template.UpdatedAt = time.GetUtcNow();
        var version = new TemplateVersion
        {
            TemplateId = template.Id,
            Number = template.LatestVersion,
            Locale = locale,
            Subject = content.Subject,
            Html = content.Html,
            Text = content.Text,
            Preheader = content.Preheader,
            Layout = compiled.Layout,
            Headers = content.Headers,
            Schema = content.Schema,
            Strict = content.Strict,
            Uses = compiled.Uses,
            CreatedAt = template.UpdatedAt,
        };
        db.TemplateVersions.Add(version);
        return new AddedVersion(
            version, compiled, publish ? await PublishAsync(db, template, version, cancellationToken) : null);
    }

    /// <summary>Makes a version live in its locale, or says why it cannot be. Nothing is saved.</summary>
    public async Task<ProblemHttpResult?> PublishAsync(
        MailDb db, Template template, TemplateVersion version, CancellationToken cancellationToken)
    {
        var faults = await rules.CheckAsync(db, template, version.Uses, version.Layout, cancellationToken);
        if (faults.Count > 0)
        {
            return TemplateProblems.Invalid(faults);
        }

        var now = time.GetUtcNow();
        template.UpdatedAt = now;
        if (await db.LiveTemplates.FindAsync([template.Id, version.Locale], cancellationToken) is { } live)
        {
            (live.Version, live.PublishedAt) = (version.Number, now);
        }
        else
        {
            db.LiveTemplates.Add(new LiveTemplate
            {
                TemplateId = template.Id,
                Locale = version.Locale,
                Version = version.Number,
                PublishedAt = now,
            });
        }

        return null;
    }

    /// <summary>The template as it stands in the database, with what one of its versions says.</summary>
    /// <param name="db">Where it stands.</param>
    /// <param name="template">The template.</param>
    /// <param name="shown">The version; null for the live one of the default locale.</param>
    /// <param name="cancellationToken">Ends the look-ups.</param>
    public async Task<TemplateResponse> ResponseAsync(
        MailDb db, Template template, int? shown, CancellationToken cancellationToken)
    {
        var live = await db.LiveTemplates.Where(l => l.TemplateId == template.Id).ToListAsync(cancellationToken);
        var number = shown ?? live.Find(l => l.Locale == template.DefaultLocale)?.Version ?? template.LatestVersion;
        var version = await db.TemplateVersions.SingleAsync(
            v => v.TemplateId == template.Id && v.Number == number, cancellationToken);
        var compiled = await library.VersionAsync(template.Id, number, cancellationToken);
        return TemplateResponse.Of(template, live, version, compiled!.Template);
    }
}

/// <summary>A version that was added to the context, or the problem it has.</summary>
internal sealed record AddedVersion(TemplateVersion? Version, CompiledTemplate? Compiled, ProblemHttpResult? Problem);

/// <summary>Looks templates up by id or slug.</summary>
internal static class TemplateQueries
{
    public static Task<Template?> FindTemplateAsync(
        this MailDb db, Id<Project> project, string idOrSlug, CancellationToken cancellationToken)
    {
        var name = TemplateName.Of(idOrSlug);
        var templates = db.Templates.Where(t => t.ProjectId == project);
        return name.Id is { } id
            ? templates.SingleOrDefaultAsync(t => t.Id == id, cancellationToken)
            : templates.SingleOrDefaultAsync(t => t.Slug == name.Slug, cancellationToken);
    }

    /// <summary>The slugs of live templates that include this one.</summary>
    public static Task<List<string>> UsersOfAsync(this MailDb db, Template template, CancellationToken cancellationToken)
    {
        // Uses are one JSON text; a slug in it stands between quotes.
        var part = JsonColumn.Write([template.Slug])[1..^1];
        var versions = db.Provider == DatabaseProvider.Sqlite
            ? db.TemplateVersions.FromSql($"SELECT * FROM template_versions WHERE instr(uses, {part}) > 0")
            : db.TemplateVersions.FromSql($"SELECT * FROM template_versions WHERE strpos(uses, {part}) > 0");
        return (
            from version in versions
            join live in db.LiveTemplates on new { version.TemplateId, Version = version.Number }
                equals new { live.TemplateId, live.Version }
            join user in db.Templates on version.TemplateId equals user.Id
            where user.ProjectId == template.ProjectId && user.Id != template.Id
            select user.Slug).Distinct().ToListAsync(cancellationToken);
    }
}

/// <summary>Problems of this resource.</summary>
internal static class TemplateProblems
{
    private const int Named = 5;

    public static ProblemHttpResult NotFound() => Problems.NotFound("template");

    public static ProblemHttpResult NoVersion(int number) => Problems.Of(404, "not_found", $"The template has no version {number}.");

    public static ProblemHttpResult Invalid(IReadOnlyList<TemplateFault> faults) => Problems.Unprocessable(
        "invalid_template", faults.Count == 1 ? faults[0].Detail : $"{faults.Count} things are wrong; see errors.", Errors(faults));

    public static ProblemHttpResult RenderFailed(IReadOnlyList<TemplateFault> faults) => Problems.Unprocessable(
        "template_render_failed", faults.Count == 1 ? faults[0].Detail : $"{faults.Count} things are wrong; see errors.", Errors(faults));

    public static ProblemHttpResult SlugTaken(string slug) =>
        Problems.Conflict("slug_taken", $"There is a template {slug} already; give it a version, or choose another slug.");

    public static ProblemHttpResult InUse(Template template, List<string> users)
    {
        var names = new StringBuilder(string.Join(", ", users.Take(Named)));
        names.Append(users.Count > Named ? $" and {users.Count - Named} more" : "");
        return Problems.Conflict("template_in_use", $"{template.Slug} is included by {names}; change these first.");
    }

    private static List<FieldError> Errors(IReadOnlyList<TemplateFault> faults) =>
        [.. faults.Select(f => new FieldError(f.Pointer, f.Code, f.Detail))];
}
