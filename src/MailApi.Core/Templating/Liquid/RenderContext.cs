using System.Globalization;
using Fluid;

namespace MailApi.Core.Templating.Liquid;

/// <summary>One part of a message while it is rendered.</summary>
internal sealed class RenderContext : TemplateContext
{
    private const int MaxRefusals = 100;

    private readonly DataObject _data;
    private readonly DateTimeOffset _now;

    public RenderContext(
        DataObject data, RenderBudget budget, IReadOnlyDictionary<string, CompiledTemplate> partials, TemplatePart part,
        CultureInfo culture, DateTimeOffset now)
        : base(data, MailLiquid.Options, false)
    {
        _data = data;
        _now = now;
        Budget = budget;
        Partials = partials;
        Part = part;
        MaxSteps = RenderBudget.MaxSteps;
        CultureInfo = culture;
        Now = () => now;
        TimeZone = TimeZoneInfo.Utc;
    }

    public RenderBudget Budget { get; }

    /// <summary>What was wrong with values, each sentence once.</summary>
    public HashSet<string> Refusals { get; private init; } = [];

    /// <summary>The templates that can be included, by slug.</summary>
    public IReadOnlyDictionary<string, CompiledTemplate> Partials { get; }

    /// <summary>Which part is rendered: an include takes the same part of the other template.</summary>
    public TemplatePart Part { get; }

    /// <summary>The same rendering without the variables that the template has set so far.</summary>
    public RenderContext Apart() => new(_data, Budget, Partials, Part, CultureInfo, _now)
    {
        Refusals = Refusals,
    };

    /// <summary>A value cannot be used; the rendering goes on, to find what else is wrong.</summary>
    public void Refuse(string sentence)
    {
        if (Refusals.Count < MaxRefusals)
        {
            Refusals.Add(sentence);
        }
    }

    public static RenderContext Of(TemplateContext context) => (RenderContext)context;
}

/// <summary>The parts of a template that are rendered.</summary>
public enum TemplatePart
{
    Subject,
    Html,
    Text,
    Preheader,
    Header,
}
