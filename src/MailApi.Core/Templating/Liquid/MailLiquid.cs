using System.Text.Encodings.Web;
using Fluid;
using Fluid.Ast;
using Fluid.Values;
using Parlot.Fluent;

namespace MailApi.Core.Templating.Liquid;

/// <summary>Another template put in at a place.</summary>
/// <param name="Slug">Its slug, always written out, so that what a template needs is known before it is rendered.</param>
/// <param name="Arguments">Variables for it.</param>
internal sealed record PartialCall(string Slug, IReadOnlyList<FilterArgument> Arguments);

/// <summary>
/// The language of templates: Liquid as Fluid has it, with includes and layouts from stored templates, and without what
/// could reach anything but the data.
/// </summary>
internal sealed class MailLiquid : FluidParser
{
    public const string Include = "include";
    public const string Render = "render";
    public const string Layout = "layout";
    public const string Capture = "capture";

    private static readonly string[] Calls = [Include, Render, Layout];
    private static readonly MailLiquid Instance = new();

    private MailLiquid()
    {
        var call = String.AndSkip(ZeroOrOne(Comma)).And(ZeroOrOne(ArgumentsList))
            .Then(c => new PartialCall(c.Item1.ToString(), c.Item2 ?? []))
            .When((_, c) => c.Arguments.All(a => a.Name is { Length: > 0 }));
        RegisterParserTag(Include, call, IncludeAsync);
        RegisterParserTag(Render, call, RenderAsync);
        RegisterParserTag(
            Layout, String.Then(s => new PartialCall(s.ToString(), [])), static (_, _, _, _) => new(Completion.Normal));
        RegisterIdentifierBlock(Capture, CaptureAsync);

        // They would write where nobody looks for an output.
        RegisteredTags.Remove("liquid");
        RegisteredTags.Remove("echo");
        Primary.Parser = Primary.Parser!.Then(BoundedLoops.Apply);

        // A tag that cannot be read would end the template there, and silently so.
        foreach (var (name, parser) in RegisteredTags.ToList())
        {
            RegisteredTags[name] = parser.ElseError(Calls.Contains(name)
                ? $"Write {{% {name} 'slug' %}}, with the slug in quotes"
                : $"Invalid '{name}' tag");
        }

        foreach (var (name, make) in RegisteredOperators.ToList())
        {
            RegisteredOperators[name] = (left, right) => new CheckedExpression(make(left, right));
        }
    }

    public static TemplateOptions Options { get; } = MailFilters.Configure(new TemplateOptions
    {
        MaxSteps = RenderBudget.MaxSteps,
        MaxRecursion = RenderBudget.MaxDepth * 2,
    });

    /// <summary>Parses a source whose tokens have been looked at; null with a sentence when it is not Liquid.</summary>
    public static IFluidTemplate? Parse(string source, out string? error)
    {
        if (Instance.TryParse(source, out var template, out error))
        {
            return BoundedLoops.Apply(template);
        }

        error = error?.Split('\n')[0].Trim();
        return null;
    }

    private static ValueTask<Completion> IncludeAsync(
        PartialCall call, TextWriter writer, TextEncoder encoder, TemplateContext context) =>
        PartialAsync(call, writer, encoder, RenderContext.Of(context), isolated: false);

    private static ValueTask<Completion> RenderAsync(
        PartialCall call, TextWriter writer, TextEncoder encoder, TemplateContext context) =>
        PartialAsync(call, writer, encoder, RenderContext.Of(context), isolated: true);

    private static async ValueTask<Completion> PartialAsync(
        PartialCall call, TextWriter writer, TextEncoder encoder, RenderContext context, bool isolated)
    {
        context.IncrementSteps();
        context.Budget.Work();
        if (context.Partials.GetValueOrDefault(call.Slug)?.PartFor(context.Part) is not { } partial)
        {
            throw new RenderLimitException($"There is no live template {call.Slug} with a part to include here.");
        }

        if (++context.Budget.Depth > RenderBudget.MaxDepth)
        {
            throw new RenderLimitException($"Templates include each other deeper than {RenderBudget.MaxDepth}.");
        }

        var inner = isolated ? context.Apart() : context;
        inner.EnterChildScope();
        try
        {
            foreach (var argument in call.Arguments)
            {
                inner.SetValue(argument.Name, await argument.Expression.EvaluateAsync(context));
            }

            await partial.RenderAsync(writer, encoder, inner);
        }
        finally
        {
            inner.ReleaseScope();
            context.Budget.Depth--;
        }

        return Completion.Normal;
    }

    /// <summary>As Fluid's own, with the budget of the rendering. What it holds has been escaped already.</summary>
    private static async ValueTask<Completion> CaptureAsync(
        string identifier, IReadOnlyList<Statement> statements, TextWriter writer, TextEncoder encoder, TemplateContext context)
    {
        context.IncrementSteps();
        await using var captured = new BudgetWriter(RenderContext.Of(context).Budget);
        var completion = Completion.Normal;
        foreach (var statement in statements)
        {
            completion = await statement.WriteToAsync(captured, encoder, context);
            if (completion != Completion.Normal)
            {
                break;
            }
        }

        var text = captured.ToString();
        RenderBudget.CheckValue(text.Length);
        context.SetValue(identifier, new StringValue(text, encode: false));
        return completion;
    }
}
