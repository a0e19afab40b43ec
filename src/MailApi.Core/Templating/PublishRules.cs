using MailApi.Core.Data;
using MailApi.Core.Domain;
using Microsoft.EntityFrameworkCore;

namespace MailApi.Core.Templating;

/// <summary>
/// What must be true of a version before it goes live: what it includes is live, no template comes to include itself,
/// and its layout has a place for it. Two who publish at the same moment can still close a circle; a rendering then ends
/// at <see cref="Liquid.RenderBudget.MaxDepth"/>.
/// </summary>
public sealed class PublishRules(TemplateLibrary library)
{
    /// <summary>Everything that stands in the way.</summary>
    /// <param name="db">Where the other templates are.</param>
    /// <param name="template">The template.</param>
    /// <param name="uses">The slugs that the version includes.</param>
    /// <param name="layout">Its layout, one of them.</param>
    /// <param name="cancellationToken">Ends the look-ups.</param>
    public async Task<IReadOnlyList<TemplateFault>> CheckAsync(
        MailDb db, Template template, IReadOnlyList<string> uses, string? layout, CancellationToken cancellationToken)
    {
        List<TemplateFault> faults = [];
        HashSet<string> seen = [];
        IReadOnlyList<string> open = uses;
        while (open.Count > 0)
        {
            var live = await LiveAsync(db, template.ProjectId, open, cancellationToken);
            if (ReferenceEquals(open, uses))
            {
                faults.AddRange(uses.Where(s => s != template.Slug && live.All(l => l.Slug != s)).Select(s => new TemplateFault(
                    s == layout ? "/layout" : "", "unknown_template", $"There is no live template {s}; publish it first.")));
                if (layout is not null)
                {
                    faults.AddRange(await LayoutFaultsAsync(live.Where(l => l.Slug == layout), layout, cancellationToken));
                }
            }

            if (open.Contains(template.Slug) || live.Exists(l => l.Uses.Contains(template.Slug)))
            {
                faults.Add(new TemplateFault("", "template_cycle", $"{template.Slug} would come to include itself."));
                break;
            }

            seen.UnionWith(open);
            open = [.. live.SelectMany(l => l.Uses).Distinct().Where(s => !seen.Contains(s))];
        }

        return faults;
    }

    private static async Task<List<LiveVersion>> LiveAsync(
        MailDb db, Id<Project> project, IReadOnlyList<string> slugs, CancellationToken cancellationToken)
    {
        var rows =
            from template in db.Templates
            where template.ProjectId == project && slugs.Contains(template.Slug)
            join live in db.LiveTemplates on template.Id equals live.TemplateId
            join version in db.TemplateVersions on new { live.TemplateId, Number = live.Version }
                equals new { version.TemplateId, version.Number }
            select new { template.Slug, template.Id, version.Number, version.Uses };
        return [.. (await rows.AsNoTracking().ToListAsync(cancellationToken))
            .Select(r => new LiveVersion(r.Slug, r.Id, r.Number, r.Uses))];
    }

    private async Task<IEnumerable<TemplateFault>> LayoutFaultsAsync(
        IEnumerable<LiveVersion> layouts, string slug, CancellationToken cancellationToken)
    {
        foreach (var layout in layouts)
        {
            if (await library.VersionAsync(layout.Id, layout.Number, cancellationToken) is { Template.IsLayout: false })
            {
                return [new TemplateFault(
                    "/layout", "layout_without_content", $"{slug} has no {{{{ {RenderTemplate.Content} }}}}: it is no layout.")];
            }
        }

        return [];
    }

    private sealed record LiveVersion(string Slug, Id<Template> Id, int Number, IReadOnlyList<string> Uses);
}
