using System.Text.Json;
using MailApi.Core.Domain;

namespace MailApi.Templates;

/// <summary>What a template says: Liquid in every part.</summary>
public abstract record TemplateContentRequest
{
    /// <summary>May be left out by layouts and partials, and by templates whose sends bring a subject.</summary>
    public string? Subject { get; init; }

    /// <summary>The HTML part; outputs are escaped, styles are inlined when it is rendered.</summary>
    public string? Html { get; init; }

    /// <summary>The plain-text part; without it one is derived from the HTML.</summary>
    public string? Text { get; init; }

    /// <summary>The line that mail clients show behind the subject.</summary>
    public string? Preheader { get; init; }

    /// <summary>The slug of the template this one is put into, at its <c>{{ content }}</c>.</summary>
    public string? Layout { get; init; }

    /// <summary>Header fields; one that becomes empty is left out.</summary>
    public IReadOnlyDictionary<string, string>? Headers { get; init; }

    /// <summary>A JSON Schema for the data.</summary>
    public JsonElement? Schema { get; init; }

    /// <summary>True: data that the template does not know is refused.</summary>
    public bool? Strict { get; init; }

    /// <summary>A language tag such as <c>de-AT</c> (RFC 5646).</summary>
    public string? Locale { get; init; }

    /// <summary>True when there is anything of a version in it.</summary>
    internal bool HasContent => Subject is not null || Html is not null || Text is not null || Preheader is not null
        || Layout is not null || Headers is not null || Schema is not null || Strict is not null || Locale is not null;

    /// <summary>The locale in its usual spelling; null when there is none.</summary>
    internal string? NormalLocale => Locale is not null && LanguageTag.TryNormalize(Locale, out var tag) ? tag : null;

    /// <summary>The content of <paramref name="before"/>, with what is given instead.</summary>
    internal TemplateContent Over(TemplateContent before) => new()
    {
        Subject = Subject ?? before.Subject,
        Html = Html ?? before.Html,
        Text = Text ?? before.Text,
        Preheader = Preheader ?? before.Preheader,
        Layout = Layout ?? before.Layout,
        Headers = Headers ?? before.Headers,
        Schema = Schema?.GetRawText() ?? before.Schema,
        Strict = Strict ?? before.Strict,
    };
}

/// <summary>A template with its first version.</summary>
public sealed record CreateTemplateRequest : TemplateContentRequest
{
    /// <summary>The stable name that sends use.</summary>
    public required string Slug { get; init; }

    /// <summary>For people; the slug when left out.</summary>
    public string? Name { get; init; }

    /// <summary>False: the version stays a draft.</summary>
    public bool? Publish { get; init; }
}

/// <summary>What to change. Any of the content makes a new version of the live one.</summary>
public sealed record UpdateTemplateRequest : TemplateContentRequest
{
    /// <summary>Another stable name.</summary>
    public string? Slug { get; init; }

    /// <summary>For people.</summary>
    public string? Name { get; init; }

    /// <summary>False: the new version stays a draft.</summary>
    public bool? Publish { get; init; }
}

/// <summary>A version of a template: a draft, unless <c>publish</c> is true.</summary>
public sealed record CreateVersionRequest : TemplateContentRequest
{
    /// <summary>True: it goes live at once.</summary>
    public bool? Publish { get; init; }
}

/// <summary>Which version goes live in its locale; the newest when left out.</summary>
public sealed record PublishTemplateRequest(int? Version = null);

/// <summary>Data to render a template with.</summary>
/// <param name="Version">A version, draft or not; the live one when left out.</param>
/// <param name="Locale">A language tag; the template's default when left out.</param>
/// <param name="Data">An object.</param>
public sealed record RenderTemplateRequest(int? Version = null, string? Locale = null, JsonElement? Data = null);

/// <summary>Where to copy a template to.</summary>
/// <param name="ProjectId">The other project.</param>
/// <param name="Slug">Its slug there; the same when left out.</param>
/// <param name="Publish">False: the copies stay drafts.</param>
/// <param name="OnConflict"><c>fail</c> (default) or <c>new_version</c>, for a slug that says something else there.</param>
public sealed record CopyTemplateRequest(
    Id<Project> ProjectId, string? Slug = null, bool Publish = true, string? OnConflict = null);
