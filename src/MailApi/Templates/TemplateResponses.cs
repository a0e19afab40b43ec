using System.Text.Json;
using System.Text.Json.Serialization;
using MailApi.Core.Domain;
using MailApi.Core.Templating;
using MailApi.Core.Templating.Html;

namespace MailApi.Templates;

/// <summary>A version that is live.</summary>
/// <param name="Locale">Null for the version without one.</param>
/// <param name="Version">Its number.</param>
/// <param name="PublishedAt">When it went live.</param>
public sealed record PublishedVersionResponse(string? Locale, int Version, DateTimeOffset PublishedAt);

/// <summary>A template in a list.</summary>
/// <param name="Id">The template.</param>
/// <param name="Slug">Its stable name.</param>
/// <param name="Name">For people.</param>
/// <param name="DefaultLocale">Where the chain of locales ends.</param>
/// <param name="LatestVersion">The newest version, draft or not.</param>
/// <param name="Published">What is live, by locale.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="UpdatedAt">When it last changed.</param>
public record TemplateSummaryResponse(
    Id<Template> Id,
    string Slug,
    string Name,
    string? DefaultLocale,
    int LatestVersion,
    IReadOnlyList<PublishedVersionResponse> Published,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt)
{
    internal static TemplateSummaryResponse Of(Template template, IEnumerable<LiveTemplate> live) => new(
        template.Id, template.Slug, template.Name, OrNull(template.DefaultLocale), template.LatestVersion, Live(live),
        template.CreatedAt, template.UpdatedAt);

    internal static string? OrNull(string locale) => locale.Length > 0 ? locale : null;

    internal static IReadOnlyList<PublishedVersionResponse> Live(IEnumerable<LiveTemplate> live) =>
    [
        .. live.OrderBy(l => l.Locale, StringComparer.Ordinal)
            .Select(l => new PublishedVersionResponse(OrNull(l.Locale), l.Version, l.PublishedAt)),
    ];
}

/// <summary>A template and a version: the one just made or published; else the live one, or the newest.</summary>
public sealed record TemplateResponse(
    Id<Template> Id,
    string Slug,
    string Name,
    string? DefaultLocale,
    int LatestVersion,
    IReadOnlyList<PublishedVersionResponse> Published,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    int Version,
    string? Locale,
    string? Subject,
    string? Html,
    string? Text,
    string? Preheader,
    string? Layout,
    IReadOnlyDictionary<string, string> Headers,
    JsonElement? Schema,
    bool Strict,
    IReadOnlyList<TemplateVariable> Variables,
    IReadOnlyList<TemplateWarning> Warnings)
    : TemplateSummaryResponse(Id, Slug, Name, DefaultLocale, LatestVersion, Published, CreatedAt, UpdatedAt)
{
    internal static TemplateResponse Of(
        Template template, IEnumerable<LiveTemplate> live, TemplateVersion version, CompiledTemplate compiled) => new(
        template.Id, template.Slug, template.Name, OrNull(template.DefaultLocale), template.LatestVersion, Live(live),
        template.CreatedAt, template.UpdatedAt, version.Number, OrNull(version.Locale), version.Subject, version.Html,
        version.Text, version.Preheader, version.Layout, version.Headers, VersionResponse.Json(version.Schema),
        version.Strict, compiled.Variables, HtmlWarnings.Of(version.Html, version.Text));
}

/// <summary>What a template said at one time. It never changes.</summary>
/// <param name="Version">Its number.</param>
/// <param name="Locale">Null for none.</param>
/// <param name="Published">True while it is live.</param>
/// <param name="Subject">Liquid, like all that follows.</param>
/// <param name="Html">The HTML part.</param>
/// <param name="Text">The plain-text part.</param>
/// <param name="Preheader">The line behind the subject.</param>
/// <param name="Layout">The slug of its layout.</param>
/// <param name="Headers">Header fields.</param>
/// <param name="Schema">A JSON Schema for the data.</param>
/// <param name="Strict">True when unknown data is refused.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="Variables">What it reads from the data; left out in lists.</param>
/// <param name="Warnings">What mail clients will not like; left out in lists.</param>
public sealed record VersionResponse(
    int Version,
    string? Locale,
    bool Published,
    string? Subject,
    string? Html,
    string? Text,
    string? Preheader,
    string? Layout,
    IReadOnlyDictionary<string, string> Headers,
    JsonElement? Schema,
    bool Strict,
    DateTimeOffset CreatedAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<TemplateVariable>? Variables,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<TemplateWarning>? Warnings)
{
    internal static VersionResponse Of(TemplateVersion version, bool published, CompiledTemplate? compiled) => new(
        version.Number, TemplateSummaryResponse.OrNull(version.Locale), published, version.Subject, version.Html, version.Text,
        version.Preheader, version.Layout, version.Headers, Json(version.Schema), version.Strict, version.CreatedAt,
        compiled?.Variables, compiled is null ? null : HtmlWarnings.Of(version.Html, version.Text));

    internal static JsonElement? Json(string? text)
    {
        if (text is null)
        {
            return null;
        }

        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }
}

/// <summary>A template as a recipient would get it.</summary>
/// <param name="Version">The version that was rendered.</param>
/// <param name="Locale">Its locale.</param>
/// <param name="Subject">One line; null when the template has none.</param>
/// <param name="Html">With its styles inlined.</param>
/// <param name="Text">Given or derived.</param>
/// <param name="Headers">Header fields.</param>
/// <param name="Warnings">What mail clients will not like.</param>
/// <param name="Size">Octets of the finished MIME, between two short addresses.</param>
public sealed record RenderedTemplateResponse(
    int Version,
    string? Locale,
    string? Subject,
    string? Html,
    string? Text,
    IReadOnlyDictionary<string, string> Headers,
    IReadOnlyList<TemplateWarning> Warnings,
    int Size);
