using System.Diagnostics;
using System.Text.Json;
using MailApi.Core.Domain;
using MailApi.Core.Templating;

namespace MailApi.Tests.Templating;

/// <summary>Templates and data that mean harm: each ends soon, with a sentence or with something harmless.</summary>
public sealed class HostileTests
{
    private static readonly TimeSpan Most = TimeSpan.FromMilliseconds(500);

    [Fact]
    public async Task Every_hostile_template_ends_soon_and_without_harm()
    {
        // The first rendering of a process compiles the code itself.
        await TemplateBench.HtmlAsync("{% for i in (1..3) %}{{ i | plus: 1 }}{% endfor %}");
        List<string> ends = [];
        foreach (var line in await File.ReadAllLinesAsync(
            TestData.Require("hostile-templates.jsonl"), TestContext.Current.CancellationToken))
        {
            var row = Row(line);
            var clock = Stopwatch.StartNew();
            var (end, output) = await RunAsync(row.Template, row.Model);
            Assert.True(clock.Elapsed < Most, $"{row.Name} took {clock.Elapsed.TotalMilliseconds:0} ms.");
            Assert.DoesNotContain("/usr", output, StringComparison.Ordinal);
            Assert.DoesNotContain(".dll", output, StringComparison.Ordinal);
            ends.Add($"{row.Name}: {end}");
        }

        TestContext.Current.TestOutputHelper!.WriteLine(string.Join('\n', ends));
        Assert.Equal(19, ends.Count);
    }

    [Theory]
    [InlineData("{% for i in (1..2000000000) %}x{% endfor %}")]
    [InlineData("{% for i in (1..n) %}x{% endfor %}{% tablerow i in (-9999999..n) %}{% endtablerow %}")]
    [InlineData("{% assign r = (1..n) %}{{ r | size }}")]
    [InlineData("{% if (1..n) == x[(n..2000000000)] %}{% endif %}{{ x[(1..n)] }}{% cycle (1..n), 2 %}")]
    [InlineData("{% for i in (1..3) limit: (1..n) offset: (1..n) %}x{% endfor %}")]
    [InlineData("{% render 'main', r: (1..n) %}")]
    [InlineData("{% assign m = 79228162514264337593543950335 %}{% assign l = m | times: -1 %}{% for i in (l..m) %}x{% endfor %}")]
    [InlineData("{% for i in (1..50000) %}{% for j in (1..50000) %}{% if i == j %}{% endif %}{% endfor %}{% endfor %}")]
    [InlineData("{% assign s = 'x' %}{% for i in (1..99) %}{% assign s = s | append: s %}{% endfor %}")]
    [InlineData("{% assign s = 'x' %}{% for i in (1..99) %}{% capture s %}{{ s }}{{ s }}{% endcapture %}{% endfor %}")]
    [InlineData("{% assign a = 'a,b' | split: ',' %}{% for i in (1..99) %}{% assign a = a | concat: a %}{% endfor %}")]
    [InlineData("{% assign s = big | split: '' %}{{ s | size }}")]
    [InlineData("{% for i in (1..9999) %}{{ big | split: 'a' | sort | uniq | join: 'a' | upcase | size }}{% endfor %}")]
    [InlineData("{% for i in (1..99999) %}{% if big contains half %}{% endif %}{% endfor %}")]
    [InlineData("{% for i in (1..99999) %}{% if big == big2 %}{% endif %}{% endfor %}")]
    [InlineData("{{ 'now' | date: big }}")]
    [InlineData("{{ 9999999999999 | times: 9999999999999 | times: 9999999999999 | times: 99999999 }}")]
    [InlineData("{{ 1 | divided_by: 0 }}{{ 1 | modulo: 0 }}")]
    [InlineData("{{ 1.5 | round: 99999 }}")]
    [InlineData("{{ 'x' | slice: -5, 99999999999 }}{{ 'x' | truncate: -5 }}")]
    [InlineData("{% tablerow i in (1..1000000) cols: 1 %}x{% endtablerow %}")]
    [InlineData("{% include 'main' %}")]
    [InlineData("{% for i in (1..9) %}{% render 'main' %}{% endfor %}")]
    [InlineData("{% layout 'main' %}x")]
    public async Task Whatever_grows_is_stopped(string source)
    {
        await TemplateBench.HtmlAsync("{{ 'a,b' | split: ',' | sort | uniq | join: ' ' | upcase | date: '%Y' }}");
        var big = new string('a', 90_000);
        var data = JsonSerializer.Serialize(new { n = 2_000_000_000, big, big2 = big[..^1] + "b", half = big[..20_000] + "b" + big[..20_000] });
        var allocated = GC.GetTotalAllocatedBytes();
        var clock = Stopwatch.StartNew();
        var rendering = await TemplateBench.RenderAsync(new TemplateContent { Text = source }, data);
        var time = clock.Elapsed;

        Assert.True(time < Most, $"It took {time.TotalMilliseconds:0} ms.");
        Assert.All(rendering.Faults, f => Assert.DoesNotContain("Exception", f.Detail, StringComparison.Ordinal));
        Assert.InRange(GC.GetTotalAllocatedBytes() - allocated, 0, 400 << 20);
    }

    [Theory]
    [InlineData("{% if a[a[a[a[a[a[a[a[a[a[a[a[1]]]]]]]]]]]] %}{% endif %}", "brackets nest deeper")]
    [InlineData("{{ name", "line 1, column 1: {{ is not closed")]
    [InlineData("a\n b {% if x }", "line 2, column 4: {% is not closed")]
    [InlineData("{% if x %}", "if")]
    [InlineData("{% nosuchtag %}", "nosuchtag")]
    [InlineData("{{ x | nosuchfilter }}", "There is no filter nosuchfilter.")]
    [InlineData("a{% include name %}b", "with the slug in quotes")]
    [InlineData("{% include 'x', y %}b", "with the slug in quotes")]
    [InlineData("{% render %}b", "with the slug in quotes")]
    [InlineData("{% layout x %}b", "with the slug in quotes")]
    [InlineData("{% liquid\nassign x = 1\n%}", "liquid")]
    [InlineData("{% raw %}x", "is not closed by {% endraw %}")]
    public async Task What_is_no_template_is_refused_with_a_place(string source, string words)
    {
        var fault = Assert.Single(await TemplateBench.FaultsAsync(new TemplateContent { Html = source }));

        Assert.Equal("/html", fault.Pointer);
        Assert.Contains(words, fault.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sources_are_measured_before_they_are_parsed()
    {
        string[] sources =
        [
            new('x', (512 << 10) + 1), string.Concat(Enumerable.Repeat("{{ a }}", 10_001)),
            string.Concat(Enumerable.Repeat("{% if a %}", 100_000 / 10)), $"{{{{ a{string.Concat(Enumerable.Repeat("|upcase", 51))} }}}}",
            $"{{% if {string.Join(" and ", Enumerable.Repeat("a", 1_000))} %}}{{% endif %}}",
            string.Concat(Enumerable.Repeat("{% comment %}", 1_000)),
        ];
        foreach (var source in sources)
        {
            var fault = Assert.Single(await TemplateBench.FaultsAsync(new TemplateContent { Text = source }));
            Assert.Equal("invalid_template", fault.Code);
        }
    }

    private static async Task<(string End, string Output)> RunAsync(string template, string model)
    {
        var content = new TemplateContent { Html = template };
        var compiled = await CompileTemplate.RunAsync(content, TestContext.Current.CancellationToken);
        if (compiled.Template is null)
        {
            return (compiled.Faults[0].Detail, "");
        }

        var bench = new TemplateBench();
        await bench.AddAsync("self", content);
        await bench.AddAsync("a", new TemplateContent { Html = "{% include 'b' %}" });
        await bench.AddAsync("b", new TemplateContent { Html = "{% include 'a' %}" });
        var rendering = await bench.RenderAsync("self", model);
        return rendering.Message is { } message
            ? ($"rendered {message.Html!.Length} characters", message.Html)
            : (rendering.Faults[0].Detail, "");
    }

    private static (string Name, string Template, string Model) Row(string line)
    {
        // A lone surrogate is no text for a JSON reader; what arrives over HTTP has been through one.
        using var document = JsonDocument.Parse(line.Replace("\\ud800", "\\ufffd", StringComparison.Ordinal));
        var row = document.RootElement;
        return (row.GetProperty("name").GetString()!, row.GetProperty("template").GetString()!, row.GetProperty("model").GetRawText());
    }
}
