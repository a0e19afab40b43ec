using Fluid;
using MailApi.Core.Templating.Liquid;

namespace MailApi.Core.Templating;

/// <summary>A variable of a template.</summary>
/// <param name="Name">Its path: <c>order.id</c>, <c>items[].price</c>.</param>
/// <param name="Required">True when a rendering without it is refused.</param>
public sealed record TemplateVariable(string Name, bool Required);

/// <summary>A template ready to be rendered; safe to use from many threads.</summary>
public sealed class CompiledTemplate
{
    internal IFluidTemplate? Subject { get; init; }

    internal IFluidTemplate? Html { get; init; }

    internal IFluidTemplate? Text { get; init; }

    internal IFluidTemplate? Preheader { get; init; }

    internal IReadOnlyList<KeyValuePair<string, IFluidTemplate>> Headers { get; init; } = [];

    /// <summary>The template it is put into.</summary>
    public string? Layout { get; init; }

    /// <summary>The slugs it needs, its layout among them.</summary>
    public required IReadOnlyList<string> Uses { get; init; }

    /// <summary>What it reads from the data, by name.</summary>
    public required IReadOnlyList<TemplateVariable> Variables { get; init; }

    /// <summary>What the author demands of the data.</summary>
    public DataSchema? Schema { get; init; }

    public bool Strict { get; init; }

    /// <summary>Octets of memory that it takes, more or less.</summary>
    public int Size { get; init; }

    /// <summary>True when it has a place for the content of another template.</summary>
    public bool IsLayout => Variables.Any(v => v.Name == RenderTemplate.Content);

    /// <summary>False when the text is derived.</summary>
    public bool HasText => Text is not null;

    /// <summary>What an include puts in at a part; where there is no HTML, the text.</summary>
    internal IFluidTemplate? PartFor(TemplatePart part) => part == TemplatePart.Html ? Html ?? Text : Text;
}
