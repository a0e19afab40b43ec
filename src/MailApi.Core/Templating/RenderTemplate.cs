using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Fluid;
using Fluid.Values;
using MailApi.Core.Composing;
using MailApi.Core.Templating.Html;
using MailApi.Core.Templating.Liquid;

namespace MailApi.Core.Templating;

/// <summary>A message as a template made it.</summary>
public sealed record Rendered(
    string? Subject, string? Html, string? Text, IReadOnlyList<KeyValuePair<string, string>> Headers);

/// <summary>What became of a rendering: the message, or everything that stood in its way.</summary>
public sealed record Rendering(Rendered? Message, IReadOnlyList<TemplateFault> Faults);

/// <summary>
/// Renders a template with data. What is missing is gathered over all parts before anything is said, so that one answer
/// tells all of it. Pointers lead into the data as <c>/data/…</c>.
/// </summary>
public sealed class RenderTemplate(TimeProvider time)
{
    /// <summary>In a layout, the place of what is put into it.</summary>
    public const string Content = "content";

    private const string DataPointer = "/data";
    private const int MaxSubject = 998;
    private const int MaxLayouts = 10;

    private static readonly JsonElement NoData = JsonDocument.Parse("{}").RootElement;

    /// <param name="set">What is rendered.</param>
    /// <param name="given">An object, or null for none.</param>
    /// <param name="hasSubject">True when a subject is given already; that of the template is left alone.</param>
    public async Task<Rendering> RunAsync(TemplateSet set, JsonElement? given, bool hasSubject)
    {
        var data = given ?? NoData;
        List<TemplateFault> faults = [];
        if (set.Main.Schema is { } schema)
        {
            faults.AddRange(schema.Check(data.GetRawText()));
        }

        if (set.Main.Strict)
        {
            faults.AddRange(new UnknownData(set.Variables.Select(v => v.Name)).Find(data)
                .Select(p => new TemplateFault(p, "unknown_variable", "The template does not know this, and takes nothing unknown.")));
        }

        var missing = new MissingVariables();
        var work = new Work(set, new DataObject(data, "", missing), Culture(set.Formats), time);
        var rendered = await work.RunAsync(hasSubject);
        faults.AddRange(missing.All.Select(m => new TemplateFault(
            m.Pointer, "missing_variable",
            m.IsNull ? $"{Name(m.Pointer)} is null." : $"{Name(m.Pointer)} is missing.")));
        faults = [.. faults.DistinctBy(f => (f.Pointer, f.Code)).Select(f => f with { Pointer = DataPointer + f.Pointer })];
        faults.AddRange(work.Faults);
        return faults.Count > 0 ? new Rendering(null, faults) : new Rendering(Finish(rendered), []);
    }

    /// <summary>Styles where mail clients look for them, and a text for those who read text.</summary>
    private static Rendered Finish(Rendered rendered)
    {
        if (rendered.Html is not { } html || (rendered.Text is not null && !InlineStyles.Concerns(html)))
        {
            return rendered;
        }

        var document = HtmlToText.Parse(html);
        var inlined = InlineStyles.Concerns(html) ? InlineStyles.Apply(html, document) : html;
        return rendered with { Html = inlined, Text = rendered.Text ?? HtmlToText.Convert(document) };
    }

    private static CultureInfo Culture(string tag)
    {
        try
        {
            return CultureInfo.GetCultureInfo(tag, predefinedOnly: true);
        }
        catch (CultureNotFoundException)
        {
            return CultureInfo.InvariantCulture;
        }
    }

    private static string Name(string pointer) => pointer[1..].Replace('/', '.');

    /// <summary>The parts of one rendering.</summary>
    private sealed class Work(TemplateSet set, DataObject data, CultureInfo culture, TimeProvider time)
    {
        private readonly RenderBudget _budget = new(time);
        private readonly DateTimeOffset _now = time.GetUtcNow();

        public List<TemplateFault> Faults { get; } = [];

        public async Task<Rendered> RunAsync(bool hasSubject)
        {
            var main = set.Main;
            var subject = hasSubject ? null : await LineAsync("/subject", main.Subject, TemplatePart.Subject);
            var preheader = await LineAsync("/preheader", main.Preheader, TemplatePart.Preheader);
            var html = await LaidOutAsync("/html", main.Html, TemplatePart.Html, subject, preheader);
            var text = await LaidOutAsync("/text", main.Text, TemplatePart.Text, subject, preheader);
            List<KeyValuePair<string, string>> headers = [];
            foreach (var (name, header) in main.Headers)
            {
                headers.Add(new(name, await LineAsync($"/headers/{DataValues.Escape(name)}", header, TemplatePart.Header) ?? ""));
            }

            return new Rendered(
                subject, html is not null && preheader is { Length: > 0 } ? Preheader.Insert(html, preheader) : html, text, headers);
        }

        /// <summary>One line, whatever the data holds: a line break would begin another header field.</summary>
        private async Task<string?> LineAsync(string pointer, IFluidTemplate? template, TemplatePart part)
        {
            if (await PartAsync(pointer, template, part, null) is not { } text)
            {
                return null;
            }

            var line = OneLine(text);
            if (line.Length > MaxSubject)
            {
                Faults.Add(new TemplateFault(pointer, "too_long", $"It becomes longer than {MaxSubject} characters."));
            }

            return line;
        }

        /// <summary>The part within its layout, within the layout of that.</summary>
        private async Task<string?> LaidOutAsync(
            string pointer, IFluidTemplate? template, TemplatePart part, string? subject, string? preheader)
        {
            var body = await PartAsync(pointer, template, part, null);
            var layout = set.Main.Layout;
            for (var depth = 0; body is not null && layout is not null; depth++)
            {
                if (depth == MaxLayouts || !set.Partials.TryGetValue(layout, out var outer))
                {
                    Faults.Add(new TemplateFault("/layout", "unknown_template", $"The layout {layout} is not live, or layouts nest too deep."));
                    return null;
                }

                // A layout need not care for text: what is put into it is text enough.
                if ((part == TemplatePart.Html ? outer.Html : outer.Text) is { } frame)
                {
                    body = await PartAsync(pointer, frame, part, new LayoutValues(body, subject, preheader));
                }

                layout = outer.Layout;
            }

            return body;
        }

        private async Task<string?> PartAsync(string pointer, IFluidTemplate? template, TemplatePart part, LayoutValues? values)
        {
            if (template is null)
            {
                return null;
            }

            TextEncoder encoder = part == TemplatePart.Html ? HtmlText.Encoder : NullEncoder.Default;
            var context = new RenderContext(data, _budget, set.Partials, part, culture, _now);
            if (values is not null)
            {
                context.SetValue(Content, new StringValue(values.Body, encode: false));
                context.SetValue("subject", StringValue.Create(values.Subject ?? ""));
                context.SetValue("preheader", StringValue.Create(values.Preheader ?? ""));
            }

            await using var writer = new BudgetWriter(_budget);
            try
            {
                await template.RenderAsync(writer, encoder, context);
            }
            catch (RenderLimitException exception)
            {
                Faults.Add(new TemplateFault(pointer, "render_failed", exception.Message));
            }
            catch (Exception exception) when (exception
                is InvalidOperationException or ArgumentException or ArithmeticException or FluidException or FormatException)
            {
                // Fluid says "too many steps" by an InvalidOperationException.
                Faults.Add(new TemplateFault(
                    pointer, "render_failed",
                    $"It takes more than {RenderBudget.MaxSteps} steps, or a value cannot be used as it is."));
            }

            Faults.AddRange(context.Refusals.Select(r => new TemplateFault(pointer, "render_failed", r)));
            return writer.ToString();
        }

        private static string OneLine(string text)
        {
            var line = new StringBuilder(text.Length);
            foreach (var c in text)
            {
                var blank = char.IsWhiteSpace(c) || char.IsControl(c);
                if (!blank)
                {
                    line.Append(c);
                }
                else if (line.Length > 0 && line[^1] != ' ')
                {
                    line.Append(' ');
                }
            }

            return line.ToString().TrimEnd();
        }
    }

    private sealed record LayoutValues(string Body, string? Subject, string? Preheader);
}
