namespace MailApi.Core.Domain;

/// <summary>
/// A template under a stable name. What it says is in its versions; which version is live is kept per locale.
/// </summary>
public sealed class Template : IIdentified
{
    public static string IdPrefix => "tmpl";

    public required Id<Template> Id { get; init; }

    public required Id<Project> ProjectId { get; init; }

    /// <summary>The stable name, unique in the project: lower-case letters, digits, <c>-</c>, <c>_</c> and <c>.</c>.</summary>
    public required string Slug { get; set; }

    public required string Name { get; set; }

    /// <summary>Where every chain of locales ends; empty when the template does not care for locales.</summary>
    public required string DefaultLocale { get; set; }

    /// <summary>The number of the newest version; versions count from 1 over all locales.</summary>
    public required int LatestVersion { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; set; }
}

/// <summary>What a template said at one time, in one locale. It never changes.</summary>
public sealed class TemplateVersion
{
    public required Id<Template> TemplateId { get; init; }

    public required int Number { get; init; }

    /// <summary>A language tag (RFC 5646) such as <c>de-AT</c>; empty for the default.</summary>
    public required string Locale { get; init; }

    public string? Subject { get; init; }

    public string? Html { get; init; }

    public string? Text { get; init; }

    public string? Preheader { get; init; }

    /// <summary>The slug of the template this one is put into.</summary>
    public string? Layout { get; init; }

    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>A JSON Schema for the data, as JSON text.</summary>
    public string? Schema { get; init; }

    /// <summary>True: data that the template does not know is refused.</summary>
    public required bool Strict { get; init; }

    /// <summary>The slugs it includes, its layout among them.</summary>
    public required IReadOnlyList<string> Uses { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>What it says.</summary>
    public TemplateContent Content => new()
    {
        Subject = Subject,
        Html = Html,
        Text = Text,
        Preheader = Preheader,
        Layout = Layout,
        Headers = Headers,
        Schema = Schema,
        Strict = Strict,
    };
}

/// <summary>The sources of a template: Liquid in every part.</summary>
public sealed record TemplateContent
{
    public string? Subject { get; init; }

    public string? Html { get; init; }

    public string? Text { get; init; }

    public string? Preheader { get; init; }

    public string? Layout { get; init; }

    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    public string? Schema { get; init; }

    public bool Strict { get; init; }
}

/// <summary>Which version of a template is live in a locale.</summary>
public sealed class LiveTemplate
{
    public required Id<Template> TemplateId { get; init; }

    public required string Locale { get; init; }

    public required int Version { get; set; }

    public required DateTimeOffset PublishedAt { get; set; }
}
