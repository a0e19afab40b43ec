using MailApi.Core.Domain;

namespace MailApi.Core.Templating;

/// <summary>How a template is named: by its id or by its slug.</summary>
public readonly record struct TemplateName
{
    /// <summary>Characters of a slug.</summary>
    public const int MaxSlug = 100;

    /// <summary>The sentence for a slug that cannot be one.</summary>
    public const string SlugRule =
        "A slug has 1 to 100 lower-case letters, digits, hyphens, underscores and dots, begins with a letter or digit, and is no id.";

    private TemplateName(Id<Template>? id, string? slug) => (Id, Slug) = (id, slug);

    public Id<Template>? Id { get; }

    public string? Slug { get; }

    /// <summary>Whatever is no id is a slug.</summary>
    public static TemplateName Of(string idOrSlug) => Id<Template>.TryParse(idOrSlug, null, out var id)
        ? new TemplateName(id, null)
        : new TemplateName(null, idOrSlug);

    public static TemplateName Of(Id<Template> id) => new(id, null);

    /// <summary>True for a name that a template can be given.</summary>
    public static bool IsSlug(string text) =>
        text.Length is > 0 and <= MaxSlug && char.IsAsciiLetterOrDigit(text[0])
        && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_' or '.')
        && Of(text).Id is null;
}
