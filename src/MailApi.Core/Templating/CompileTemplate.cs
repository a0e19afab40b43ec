using Fluid;
using MailApi.Core.Composing;
using MailApi.Core.Domain;
using MailApi.Core.Templating.Liquid;

namespace MailApi.Core.Templating;

/// <summary>What became of a source.</summary>
/// <param name="Template">Null when there are faults.</param>
/// <param name="Faults">All that is wrong, by part.</param>
public sealed record Compilation(CompiledTemplate? Template, IReadOnlyList<TemplateFault> Faults);

/// <summary>Turns the sources of a template into something that can be rendered, or says everything that is wrong with them.</summary>
public sealed class CompileTemplate
{
    // What was measured: a template without anything in it, a tag, a character between its braces, one of a schema.
    private const int BareMemory = 1_000;
    private const int TagMemory = 256;
    private const int TagCharacterMemory = 16;
    private const int SchemaCharacterMemory = 48;

    private readonly TemplateContent _content;
    private readonly List<TemplateFault> _faults = [];
    private readonly SortedDictionary<string, bool> _variables = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _uses = new(StringComparer.Ordinal);
    private string? _layout;
    private int _memory = BareMemory;

    private CompileTemplate(TemplateContent content)
    {
        _content = content;
        _layout = content.Layout;
    }

    public static async Task<Compilation> RunAsync(TemplateContent content, CancellationToken cancellationToken)
    {
        var compile = new CompileTemplate(content);
        var schema = content.Schema is { } json ? await compile.SchemaAsync(json, cancellationToken) : null;
        return compile.Run(schema);
    }

    private Compilation Run(DataSchema? schema)
    {
        var subject = Part("/subject", _content.Subject);
        var html = Part("/html", _content.Html, isHtml: true);
        var text = Part("/text", _content.Text);
        var preheader = Part("/preheader", _content.Preheader);
        List<KeyValuePair<string, IFluidTemplate>> headers = [];
        foreach (var (name, value) in _content.Headers)
        {
            var pointer = $"/headers/{DataValues.Escape(name)}";
            if (HeaderRules.Refusal(name, "") is { } refusal)
            {
                _faults.Add(new TemplateFault(pointer, refusal.Code, refusal.Detail));
            }
            else if (Part(pointer, value) is { } header)
            {
                headers.Add(new(name, header));
            }
        }

        if (_layout is not null)
        {
            _uses.Add(_layout);
        }

        return _faults.Count > 0 ? new Compilation(null, _faults) : new Compilation(
            new CompiledTemplate
            {
                Subject = subject,
                Html = html,
                Text = text,
                Preheader = preheader,
                Headers = headers,
                Layout = _layout,
                Uses = [.. _uses],
                Variables = [.. _variables.Select(v => new TemplateVariable(v.Key, v.Value))],
                Schema = schema,
                Strict = _content.Strict,
                Size = _memory + ((_content.Schema?.Length ?? 0) * SchemaCharacterMemory),
            },
            []);
    }

    private IFluidTemplate? Part(string pointer, string? source, bool isHtml = false)
    {
        if (source is null)
        {
            return null;
        }

        try
        {
            var tokens = LiquidTokens.Cut(source);
            _memory += Memory(source, tokens);
            var guarded = isHtml ? OutputPlaces.Guard(source, tokens) : source;
            if (MailLiquid.Parse(guarded, out var error) is { } template)
            {
                Read(pointer, template);
                return template;
            }

            _faults.Add(new TemplateFault(pointer, "invalid_template", error ?? "This is not Liquid."));
        }
        catch (SourceException exception)
        {
            _faults.Add(new TemplateFault(pointer, "invalid_template", exception.Message));
        }

        return null;
    }

    private void Read(string pointer, IFluidTemplate template)
    {
        var finder = new VariableFinder();
        finder.VisitTemplate(template);
        foreach (var (name, required) in finder.Variables)
        {
            _variables[name] = required || _variables.GetValueOrDefault(name);
        }

        _uses.UnionWith(finder.Includes);
        _layout ??= finder.Layout;
        foreach (var name in finder.UnknownFilters.Distinct())
        {
            _faults.Add(new TemplateFault(pointer, "unknown_filter", $"There is no filter {name}."));
        }
    }

    private async Task<DataSchema?> SchemaAsync(string json, CancellationToken cancellationToken)
    {
        try
        {
            return await DataSchema.ReadAsync(json, cancellationToken);
        }
        catch (SourceException exception)
        {
            _faults.Add(new TemplateFault("/schema", "invalid_schema", exception.Message));
            return null;
        }
    }

    /// <summary>The source stays as it is; every tag becomes a tree of objects besides.</summary>
    private static int Memory(string source, List<LiquidToken> tokens) => (source.Length * sizeof(char))
        + tokens.Where(t => t.Kind != LiquidTokenKind.Text)
            .Sum(t => TagMemory + ((t.End - t.Start) * TagCharacterMemory));
}
