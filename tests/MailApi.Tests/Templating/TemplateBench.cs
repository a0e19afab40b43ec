using System.Text.Json;
using MailApi.Core.Domain;
using MailApi.Core.Templating;

namespace MailApi.Tests.Templating;

/// <summary>Compiles templates by slug and renders one of them, as a send would.</summary>
internal sealed class TemplateBench
{
    private readonly Dictionary<string, CompiledTemplate> _templates = [];

    public static async Task<Rendering> RenderAsync(TemplateContent content, string data = "{}", string locale = "")
    {
        var bench = new TemplateBench();
        await bench.AddAsync("main", content);
        return await bench.RenderAsync("main", data, locale);
    }

    /// <summary>What an HTML source becomes; fails the test when it becomes nothing.</summary>
    public static async Task<string> HtmlAsync(string source, string data = "{}", string locale = "")
    {
        var rendering = await RenderAsync(new TemplateContent { Html = source }, data, locale);
        Assert.Empty(rendering.Faults);
        return rendering.Message!.Html!;
    }

    /// <summary>What a text source becomes; fails the test when it becomes nothing.</summary>
    public static async Task<string> TextAsync(string source, string data = "{}", string locale = "")
    {
        var rendering = await RenderAsync(new TemplateContent { Text = source }, data, locale);
        Assert.Empty(rendering.Faults);
        return rendering.Message!.Text!;
    }

    public static async Task<IReadOnlyList<TemplateFault>> FaultsAsync(TemplateContent content) =>
        (await CompileTemplate.RunAsync(content, TestContext.Current.CancellationToken)).Faults;

    public async Task<TemplateBench> AddAsync(string slug, TemplateContent content)
    {
        var compiled = await CompileTemplate.RunAsync(content, TestContext.Current.CancellationToken);
        Assert.Empty(compiled.Faults);
        _templates[slug] = compiled.Template!;
        return this;
    }

    public async Task<Rendering> RenderAsync(string slug, string data = "{}", string locale = "")
    {
        using var document = JsonDocument.Parse(data);
        var set = new TemplateSet(new Id<Template>(Guid.Empty), 1, locale, locale, _templates[slug], _templates);
        return await new RenderTemplate(TimeProvider.System).RunAsync(set, document.RootElement, hasSubject: false);
    }
}
