using MailApi.Core.Domain;

namespace MailApi.Core.Templating;

/// <summary>A version of a template with everything it includes, each at its live version.</summary>
/// <param name="TemplateId">The template.</param>
/// <param name="Version">The version that renders.</param>
/// <param name="Locale">The locale of that version; empty for none.</param>
/// <param name="Formats">The language tag for dates, numbers and money; empty for none.</param>
/// <param name="Main">The version itself.</param>
/// <param name="Partials">Layouts and partials, by slug.</param>
public sealed record TemplateSet(
    Id<Template> TemplateId,
    int Version,
    string Locale,
    string Formats,
    CompiledTemplate Main,
    IReadOnlyDictionary<string, CompiledTemplate> Partials)
{
    /// <summary>What all of them read from the data.</summary>
    public IEnumerable<TemplateVariable> Variables => Main.Variables.Concat(Partials.Values.SelectMany(p => p.Variables));
}
