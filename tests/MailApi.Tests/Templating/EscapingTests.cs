using System.Text.Json;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;
using MailApi.Core.Domain;

namespace MailApi.Tests.Templating;

/// <summary>Text that wants to be code, in every place an output can stand.</summary>
public sealed class EscapingTests
{
    public static readonly string[] Attacks =
    [
        "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "\"><script>alert(1)</script>", "'><svg onload=alert(1)>",
        "\" onmouseover=\"alert(1)", "' onfocus='alert(1)", "--><script>alert(1)</script>", "</style><script>alert(1)</script>",
        "</title><script>alert(1)</script>", "]]><script>alert(1)</script>", "<!--", "</textarea><script>alert(1)</script>",
        "{{ 7 | times: 7 }}{% include 'x' %}", "\u003cscript\u003e", "＜script＞alert(1)＜/script＞", "&lt;script&gt;", "\u0000<script>",
        "<a href=\"javascript:alert(1)\">x</a>", "`onload=alert(1)`", "<base href=//evil.example>",
    ];

    private static readonly string[] Places =
    [
        "<p>{{ x }}</p>", "<p title=\"{{ x }}\">t</p>", "<p title='{{ x }}'>t</p>", "<!-- {{ x }} --><p>t</p>",
        "<title>{{ x }}</title><p>t</p>", "<style>p { color: {{ x }} }</style><p>t</p>", "<textarea>{{ x }}</textarea>",
        "<p style=\"color: {{ x }}\">t</p>", "<a href=\"https://a.example/?q={{ x }}\">t</a>", "<p>{% assign y = x %}{{ y }}</p>",
        "<p>{% capture y %}{{ x }}{% endcapture %}{{ y }}</p>", "<p>{% for c in l %}{{ c }}{% endfor %}</p>",
        "{% include 'partial' %}", "{% render 'partial', x: x %}", "<p>{{ nothing | default: x }}</p>", "<p>{{ o | json }}</p>",
        "<p>{{ o }}</p>", "<p>{{ l }}</p>", "<p>{% cycle x, 'b' %}</p>", "<p>{% case x %}{% when x %}{{ x }}{% endcase %}</p>",
        "<p>{% ifchanged %}{{ x }}{% endifchanged %}</p>",
    ];

    private static readonly string[] Filters =
    [
        "append: x", "prepend: x", "newline_to_br", "upcase", "downcase", "capitalize", "strip", "lstrip", "rstrip", "strip_newlines",
        "strip_html", "remove: 'q'", "replace: 'q', x", "replace_first: 'a', x", "slice: 0, 200", "split: 'q' | join: x",
        "split: '' | join: ''", "split: '' | first", "truncate: 200", "truncatewords: 200, x", "default: x", "escape", "escape_once",
        "json", "url_encode | url_decode", "base64_encode | base64_decode", "split: 'q' | concat: l | join: ''",
        "pluralize: x, x", "date: x", "split: 'q' | uniq | sort | reverse | last", "split: 'q' | compact | map: 'length' | join: x",
    ];

    [Fact]
    public async Task Nothing_gets_out_of_its_place()
    {
        foreach (var attack in Attacks)
        {
            foreach (var place in Places)
            {
                await CheckAsync(place, attack);
            }
        }
    }

    [Fact]
    public async Task No_filter_but_raw_lets_code_through()
    {
        foreach (var attack in Attacks)
        {
            foreach (var filter in Filters)
            {
                await CheckAsync($"<p>{{{{ x | {filter} }}}}</p>", attack);
                await CheckAsync($"<p title=\"{{{{ x | {filter} }}}}\">t</p>", attack);
            }
        }

        Assert.Equal("<b>", await TemplateBench.HtmlAsync("{{ x | raw }}", """{"x":"<b>"}"""));
    }

    [Theory]
    [InlineData("<p class={{ x }}>t</p>", "put quotes around the value of class")]
    [InlineData("<p class= {{ x }}>t</p>", "put quotes around the value of class")]
    [InlineData("<p class=a{{ x }}>t</p>", "put quotes around the value of class")]
    [InlineData("<p {{ x }}>t</p>", "inside a tag")]
    [InlineData("<{{ x }}>t</p>", "inside a tag")]
    [InlineData("</{{ x }}>t</p>", "inside a tag")]
    [InlineData("<a href=\"{% include 'p' %}\">t</a>", "include can stand between tags only")]
    [InlineData("<p {% render 'p' %}>t</p>", "render can stand between tags only")]
    [InlineData("<script>{% include 'p' %}</script>", "include can stand between tags only")]
    [InlineData("<a href=\"{% cycle x, y %}\">t</a>", "cycle cannot begin an address")]
    [InlineData("<p {% cycle x, y %}>t</p>", "inside a tag")]
    [InlineData("<a href=\"{% echo x %}\">t</a>", "Unknown tag 'echo'")]
    [InlineData("<p>t</p><a href=\"", "It ends inside a tag")]
    [InlineData("<p>t</p><style>p{}", "It ends inside a tag")]
    [InlineData("<p {{ x }}=\"a\">t</p>", "inside a tag")]
    [InlineData("<script>var a = '{{ x }}'</script>", "in a script")]
    [InlineData("<p onclick=\"f('{{ x }}')\">t</p>", "in onclick")]
    [InlineData("<a href={{ x }}>t</a>", "put quotes around the value of href")]
    [InlineData("<iframe srcdoc=\"<p>{{ x }}</p>\"></iframe>", "in srcdoc")]
    public async Task Where_escaping_does_not_help_an_output_is_refused(string source, string words)
    {
        var faults = await TemplateBench.FaultsAsync(new TemplateContent { Html = source });
        Assert.Contains(words, Assert.Single(faults).Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a < {{ x }} <3 {{ x }} <- {{ x }}", "a < 1 <3 1 <- 1")]
    [InlineData("<?xml version='1.0'?><!DOCTYPE html><p>{{ x }}</p>", "<?xml version='1.0'?><!DOCTYPE html><p>1</p>")]
    [InlineData("<p title=\"{{ x }}\" class='{% cycle 'a', 'b' %}'>{% include 'p' %}</p>", null)]
    [InlineData("<!--[if mso]>{{ x }}<![endif]--><style>a{color:{{ x }}}</style><title>{{ x }}</title>", null)]
    public async Task Where_it_helps_nothing_is_in_the_way(string source, string? expected)
    {
        Assert.Empty(await TemplateBench.FaultsAsync(new TemplateContent { Html = source }));
        Assert.Equal(expected, expected is null ? null : await TemplateBench.HtmlAsync(source, """{"x":1}"""));
    }

    [Theory]
    [InlineData("javascript:alert(1)")]
    [InlineData("JaVaScRiPt:alert(1)")]
    [InlineData(" \tjava\nscript:alert(1)")]
    [InlineData("\u0001javascript:alert(1)")]
    [InlineData("vbscript:x")]
    [InlineData("data:text/html,<script>alert(1)</script>")]
    [InlineData("file:///etc/passwd")]
    public async Task An_address_that_runs_code_is_refused(string url)
    {
        string[] sources =
        [
            "<a href=\"{{ x }}\">t</a>", "<a href='{{ x | strip }}'>t</a>", "<a href = \"{{x}}\">t</a>", "<img alt='' SRC=\"{{- x -}}\">",
            "<a href=\"{% if x %}{{ x }}{% endif %}\">t</a>",
        ];
        foreach (var source in sources)
        {
            var rendering = await TemplateBench.RenderAsync(
                new TemplateContent { Html = source }, JsonSerializer.Serialize(new { x = url }));
            Assert.Contains("An address may begin with", Assert.Single(rendering.Faults).Detail, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("https://a.example/?a=1&b=2", "https://a.example/?a=1&amp;b=2")]
    [InlineData("mailto:a@b.example", "mailto:a@b.example")]
    [InlineData("/path:with/colon", "/path:with/colon")]
    [InlineData("cid:logo", "cid:logo")]
    [InlineData("#top", "#top")]
    public async Task Other_addresses_pass(string url, string expected) => Assert.Equal(
        $"<a href=\"{expected}\">t</a>",
        await TemplateBench.HtmlAsync("<a href=\"{{ x }}\">t</a>", JsonSerializer.Serialize(new { x = url })));

    [Fact]
    public async Task Letters_of_all_languages_stay_readable_and_text_is_not_escaped()
    {
        const string Data = """{"x":"Żółć & <日本語>"}""";

        Assert.Equal("Żółć &amp; &lt;日本語&gt;", await TemplateBench.HtmlAsync("{{ x }}", Data));
        Assert.Equal("Żółć & <日本語>", await TemplateBench.TextAsync("{{ x }}", Data));
        Assert.Equal("a<br>\nb &lt;", await TemplateBench.HtmlAsync("{{ x | newline_to_br }}", """{"x":"a\r\nb <"}"""));
        Assert.Equal("a\nb <", await TemplateBench.TextAsync("{{ x | newline_to_br }}", """{"x":"a\nb <"}"""));
    }

    private static async Task CheckAsync(string source, string attack)
    {
        var bench = new TemplateBench();
        await bench.AddAsync("partial", new TemplateContent { Html = "<p>{{ x }}</p>" });
        await bench.AddAsync("main", new TemplateContent { Html = source });
        var data = JsonSerializer.Serialize(new { x = attack, l = new[] { attack }, o = new { k = attack } });
        var rendering = await bench.RenderAsync("main", data);
        if (rendering.Message is not { } message)
        {
            // A filter that cannot use the value says so; that is no hole.
            return;
        }

        var page = new HtmlParser().ParseDocument(message.Html!);
        var what = $"{source} with {attack} became {message.Html}";
        Assert.True(page.Scripts.Length == 0, what);
        Assert.True(page.QuerySelector("svg, img, base, iframe, object") is null, what);
        Assert.True(page.All.All(e => e.Attributes.All(a => !a.Name.StartsWith("on", StringComparison.OrdinalIgnoreCase))), what);
        Assert.True(page.All.OfType<IHtmlAnchorElement>().All(a => a.Href.StartsWith("https:", StringComparison.Ordinal)), what);
    }
}
