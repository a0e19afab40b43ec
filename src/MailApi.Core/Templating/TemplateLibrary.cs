using MailApi.Core.Data;
using MailApi.Core.Domain;
using MailApi.Core.Telemetry;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Caching.Memory;

namespace MailApi.Core.Templating;

/// <summary>What was found under a name: the templates of a rendering, or why there are none.</summary>
public sealed record TemplateLookup(TemplateSet? Set, TemplateFault? Fault);

/// <summary>
/// Finds templates and keeps them compiled. A version never changes and is kept as long as there is room: 512 MB, and no
/// more than an eighth of the memory that the process may have. Which version is live is looked up anew every second: so
/// long another node may still render the version before.
/// </summary>
public sealed class TemplateLibrary(IDbContextFactory<MailDb> databases) : IDisposable
{
    private const int MaxHeads = 20_000;
    private const long MaxMemory = 512L << 20;
    private const int MemoryShare = 8;
    private const int MaxPartials = 100;

    private static readonly TimeSpan HeadLifetime = TimeSpan.FromSeconds(1);
    private static readonly Dictionary<string, CompiledTemplate> NoPartials = [];

    private readonly LiveVersions _live = new();
    private readonly MemoryCache _heads = new(new MemoryCacheOptions { SizeLimit = MaxHeads });
    private readonly MemoryCache _versions = new(new MemoryCacheOptions
    {
        SizeLimit = Math.Min(MaxMemory, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / MemoryShare),
    });

    /// <summary>The version for a rendering, with all that it includes.</summary>
    /// <param name="project">Whose template.</param>
    /// <param name="name">Which one.</param>
    /// <param name="version">Null for the live one.</param>
    /// <param name="locale">A normal language tag; null for the default of the template.</param>
    /// <param name="cancellationToken">Ends waiting for the database.</param>
    public async ValueTask<TemplateLookup> FindAsync(
        Id<Project> project, TemplateName name, int? version, string? locale, CancellationToken cancellationToken)
    {
        if (await HeadAsync(project, name) is not { } head)
        {
            return new(null, new TemplateFault("/id", "template_not_found", "There is no such template in this project."));
        }

        if ((version ?? head.LiveFor(locale)) is not { } number)
        {
            return new(null, new TemplateFault(
                "/id", "template_not_published", "No version of this template is live; publish one, or name a version."));
        }

        if (await VersionAsync(head.Id, number, cancellationToken) is not { } found)
        {
            return new(null, new TemplateFault("/version", "template_not_found", $"The template has no version {number}."));
        }

        var partials = await PartialsAsync(project, found.Template, locale ?? found.Locale, cancellationToken);
        return new(
            new TemplateSet(head.Id, number, found.Locale, Formats(locale, found.Locale), found.Template, partials), null);
    }

    /// <summary>A version of a template, compiled; null when there is none.</summary>
    public async ValueTask<CompiledVersion?> VersionAsync(Id<Template> id, int number, CancellationToken cancellationToken)
    {
        var cached = _versions.TryGetValue((id, number), out CompiledVersion? known);
        MailMeter.TemplateLookedUp(cached);
        if (cached)
        {
            return known;
        }

        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var row = await db.TemplateVersions.AsNoTracking()
            .SingleOrDefaultAsync(v => v.TemplateId == id && v.Number == number, cancellationToken);
        if (row is null)
        {
            return null;
        }

        var compilation = await CompileTemplate.RunAsync(row.Content, cancellationToken);
        if (compilation.Template is not { } template)
        {
            throw new InvalidOperationException($"Version {number} of {id} was stored and cannot be compiled: {compilation.Faults[0]}");
        }

        var compiled = new CompiledVersion(template, row.Locale);
        _versions.Set((id, number), compiled, new MemoryCacheEntryOptions { Size = template.Size });
        return compiled;
    }

    /// <summary>The template has changed: look it up again.</summary>
    public void Forget(Template template) => Forget(template.ProjectId, template.Id, template.Slug);

    /// <inheritdoc cref="Forget(Template)"/>
    public void Forget(Id<Project> project, Id<Template> id, string slug)
    {
        _heads.Remove((project, TemplateName.Of(id)));
        _heads.Remove((project, TemplateName.Of(slug)));
    }

    public void Dispose()
    {
        _heads.Dispose();
        _versions.Dispose();
    }

    /// <summary>The tag that was asked for, unless the template answers in another language.</summary>
    private static string Formats(string? asked, string answered) =>
        asked is null || (answered.Length > 0 && asked.Split('-')[0] != answered.Split('-')[0]) ? answered : asked;

    private async Task<Dictionary<string, CompiledTemplate>> PartialsAsync(
        Id<Project> project, CompiledTemplate main, string locale, CancellationToken cancellationToken)
    {
        if (main.Uses.Count == 0)
        {
            return NoPartials;
        }

        Dictionary<string, CompiledTemplate> partials = [];
        var open = new Queue<string>(main.Uses);
        while (open.TryDequeue(out var slug) && partials.Count < MaxPartials)
        {
            if (!partials.ContainsKey(slug)
                && await HeadAsync(project, TemplateName.Of(slug)) is { } head
                && head.LiveFor(locale) is { } number
                && await VersionAsync(head.Id, number, cancellationToken) is { } partial)
            {
                partials[slug] = partial.Template;
                foreach (var used in partial.Template.Uses)
                {
                    open.Enqueue(used);
                }
            }
        }

        return partials;
    }

    /// <summary>
    /// Which versions are live. The entry is there before it is read from the database, so that whoever forgets it after a
    /// change can be sure that nothing older comes back.
    /// </summary>
    private async ValueTask<Head?> HeadAsync(Id<Project> project, TemplateName name)
    {
        var key = (project, name);
        if (!_heads.TryGetValue(key, out Lazy<Task<Head?>>? entry))
        {
            entry = new Lazy<Task<Head?>>(() => ReadHeadAsync(project, name));
            _heads.Set(key, entry, new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = HeadLifetime });
        }

        Head? head = null;
        try
        {
            head = await entry!.Value;
            return head;
        }
        finally
        {
            if (head is null)
            {
                // What failed is tried again, and what does not exist may at any time.
                _heads.Remove(key);
            }
        }
    }

    private async Task<Head?> ReadHeadAsync(Id<Project> project, TemplateName name)
    {
        // Several callers may wait for this: none of them can end it.
        await using var db = await databases.CreateDbContextAsync(CancellationToken.None);
        Head? head = null;
        await foreach (var row in _live.Of(db, project, name))
        {
            head ??= new Head(row.Id, row.DefaultLocale);
            if (row.Locale is { } locale)
            {
                head.Live[locale] = row.Version;
            }
        }

        return head;
    }

    /// <summary>What is live of a template.</summary>
    private sealed record Head(Id<Template> Id, string DefaultLocale)
    {
        public Dictionary<string, int> Live { get; } = [];

        /// <summary>Along the chain of the locale, then that of the default; null when nothing is live.</summary>
        public int? LiveFor(string? locale)
        {
            foreach (var tag in LanguageTag.Chain(locale ?? "").Concat(LanguageTag.Chain(DefaultLocale)).Append(""))
            {
                if (Live.TryGetValue(tag, out var version))
                {
                    return version;
                }
            }

            return null;
        }
    }
}

/// <summary>A compiled version and its locale; empty for none.</summary>
public sealed record CompiledVersion(CompiledTemplate Template, string Locale);
