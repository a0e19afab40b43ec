using MailApi.Core.Data;
using MailApi.Core.Domain;
using Microsoft.EntityFrameworkCore;

namespace MailApi.Core.Templating;

/// <summary>A template in one locale.</summary>
/// <param name="Id">The template.</param>
/// <param name="DefaultLocale">Its own, empty for none.</param>
/// <param name="Locale">Null when nothing of it is live.</param>
/// <param name="Version">What is live in the locale.</param>
internal sealed record LiveVersion(Id<Template> Id, string DefaultLocale, string? Locale, int Version);

/// <summary>
/// Looks up what is live of a template. Where many are in use it runs once per send, so EF Core translates it once; for one
/// model, which is that of one database.
/// </summary>
internal sealed class LiveVersions
{
    private readonly Func<MailDb, Id<Project>, string, IAsyncEnumerable<LiveVersion>> _bySlug = EF.CompileAsyncQuery(
        (MailDb db, Id<Project> project, string slug) =>
            from template in db.Templates
            where template.ProjectId == project && template.Slug == slug
            from live in db.LiveTemplates.Where(l => l.TemplateId == template.Id).DefaultIfEmpty()
            select new LiveVersion(
                template.Id, template.DefaultLocale, live == null ? null : live.Locale, live == null ? 0 : live.Version));

    private readonly Func<MailDb, Id<Project>, Id<Template>, IAsyncEnumerable<LiveVersion>> _byId = EF.CompileAsyncQuery(
        (MailDb db, Id<Project> project, Id<Template> id) =>
            from template in db.Templates
            where template.ProjectId == project && template.Id == id
            from live in db.LiveTemplates.Where(l => l.TemplateId == template.Id).DefaultIfEmpty()
            select new LiveVersion(
                template.Id, template.DefaultLocale, live == null ? null : live.Locale, live == null ? 0 : live.Version));

    /// <summary>A row for each locale, or one without; none when there is no such template.</summary>
    public IAsyncEnumerable<LiveVersion> Of(MailDb db, Id<Project> project, TemplateName name) =>
        name.Id is { } id ? _byId(db, project, id) : _bySlug(db, project, name.Slug!);
}
