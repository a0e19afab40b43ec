using MailApi.Core.Domain;

namespace MailApi.Tests.Templating;

public sealed class MissingTests
{
    [Fact]
    public async Task All_that_is_missing_is_named_at_once_wherever_it_would_show()
    {
        var rendering = await TemplateBench.RenderAsync(
            new TemplateContent
            {
                Subject = "Order {{ order.id }}",
                Html = "<p>{{ name | upcase }}</p>{% for i in items %}{{ i.title }} {{ i.price | money: 'EUR' }}{% endfor %}",
                Text = "{{ name }} {{ deep.er.still }} {{ 'a' | append: tail }} {{ list | join: '' }}",
                Preheader = "{{ pre }}",
                Headers = new Dictionary<string, string> { ["X-A"] = "{{ head['a/b'] }}" },
            },
            """{"items":[{"title":"Tea","price":1},{"price":null}],"list":["a",null]}""");

        Assert.Null(rendering.Message);
        Assert.All(rendering.Faults, f => Assert.Equal("missing_variable", f.Code));
        Assert.Equal(
            [
                "/data/order/id", "/data/pre", "/data/name", "/data/items/1/title", "/data/items/1/price",
                "/data/deep/er/still", "/data/tail", "/data/list/1", "/data/head/a~1b",
            ],
            rendering.Faults.Select(f => f.Pointer));
        Assert.Equal("items.1.price is null.", rendering.Faults.Single(f => f.Pointer == "/data/items/1/price").Detail);
    }

    [Theory]
    [InlineData("{% if vip %}x{% endif %}")]
    [InlineData("{% unless vip %}{% endunless %}{% if a == nil and b == blank %}{% endif %}")]
    [InlineData("{% if coupon %}{{ coupon.code }}{% endif %}")]
    [InlineData("{{ name | default: 'friend' }}{{ order.id | default: '' }}")]
    [InlineData("{% assign x = name | default: 'a' %}{{ x }}")]
    [InlineData("{% if items.size > 0 %}{% for i in items %}{{ i }}{% endfor %}{% endif %}")]
    [InlineData("{% case plan %}{% when 'pro' %}{{ nothing }}{% endcase %}")]
    public async Task A_condition_or_a_default_needs_nothing(string source) =>
        Assert.Empty((await TemplateBench.RenderAsync(new TemplateContent { Text = source })).Faults);

    [Theory]
    [InlineData("{% assign x = name %}{{ x }}", "/data/name")]
    [InlineData("{% capture x %}{{ name }}{% endcapture %}", "/data/name")]
    [InlineData("{% for i in items %}{% endfor %}", "/data/items")]
    [InlineData("{{ items[3] }}", "/data/items")]
    [InlineData("{{ list[3] }}", "/data/list/3")]
    [InlineData("{{ list[3].name }}", "/data/list/3/name")]
    [InlineData("{{ things | sum: 'price' }}", "/data/things/0/price")]
    [InlineData("{{ key[name] }}", "/data/key")]
    [InlineData("{{ key[name] }}", "/data/name")]
    [InlineData("{{ list[name] }}", "/data/name")]
    [InlineData("{{ things[0][name] }}", "/data/name")]
    [InlineData("{% for i in list limit: most %}{% endfor %}", "/data/most")]
    [InlineData("{% for i in list offset: least %}{{ i.name }}{% endfor %}", "/data/least")]
    [InlineData("{% for i in (from..3) %}{% endfor %}", "/data/from")]
    [InlineData("{% for i in (1..to) %}{% endfor %}", "/data/to")]
    [InlineData("{% tablerow i in list cols: wide %}{% endtablerow %}", "/data/wide")]
    public async Task Elsewhere_it_is_needed(string source, string pointer)
    {
        var rendering = await TemplateBench.RenderAsync(
            new TemplateContent { Text = source }, """{"list":[1],"things":[{}]}""");

        Assert.Contains(rendering.Faults, f => f.Code == "missing_variable" && f.Pointer.StartsWith(pointer, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_value_that_cannot_be_used_hides_nothing_that_is_missing()
    {
        var rendering = await TemplateBench.RenderAsync(
            new TemplateContent
            {
                Subject = "{{ price | money: currency }} {{ name }}",
                Html = "<a href=\"{{ url }}\">{{ price | money: 'EUR' }}</a>{{ price | money: 'EUR' }}{{ city }}",
                Text = "{{ at | date: '%H', zone }} {{ 1 | date: '%H', 'Mars/Base' }} {{ street }}",
            },
            """{"url":"javascript:1","price":"free","at":"2026-03-29T23:30:00Z"}""");

        Assert.Equal(
            [
                ("/data/currency", "missing_variable"), ("/data/name", "missing_variable"), ("/data/city", "missing_variable"),
                ("/data/zone", "missing_variable"), ("/data/street", "missing_variable"),
                ("/html", "render_failed"), ("/html", "render_failed"), ("/text", "render_failed"),
            ],
            rendering.Faults.Select(f => (f.Pointer, f.Code)));
        Assert.Contains(rendering.Faults, f => f.Detail == "\"free\" is not a number.");
    }

    [Fact]
    public async Task Strict_templates_refuse_what_they_do_not_know()
    {
        var content = new TemplateContent
        {
            Text = "{{ name }}{% for i in items %}{{ i.title }}{% endfor %}{{ address | json }}{{ map[name] }}",
            Strict = true,
        };
        const string Data =
            """{"name":"a","nmae":"b","items":[{"title":"t","extra":1}],"address":{"any":1},"map":{"a":"x","b":"y"}}""";
        var strict = await TemplateBench.RenderAsync(content, Data);
        var easy = await TemplateBench.RenderAsync(content with { Strict = false }, Data);

        Assert.Equal(["/data/nmae", "/data/items/0/extra"], strict.Faults.Select(f => f.Pointer));
        Assert.All(strict.Faults, f => Assert.Equal("unknown_variable", f.Code));
        Assert.Empty(easy.Faults);
    }

    [Fact]
    public async Task A_schema_says_more()
    {
        var content = new TemplateContent
        {
            Text = "{{ order.id }}",
            Schema = """
                {"type":"object","required":["order","name"],"properties":{"name":{"type":"string"},
                 "order":{"type":"object","required":["id"],"properties":{"id":{"type":"integer"},
                 "lines":{"type":"array","items":{"type":"object","properties":{"qty":{"minimum":1}}}}}}}}
                """,
        };
        var rendering = await TemplateBench.RenderAsync(content, """{"order":{"id":"x","lines":[{"qty":1},{"qty":0}]}}""");
        var fine = await TemplateBench.RenderAsync(content, """{"name":"n","order":{"id":7}}""");

        Assert.Equal(
            ["/data/name missing_variable", "/data/order/id schema_violation", "/data/order/lines/1/qty schema_violation"],
            rendering.Faults.Select(f => $"{f.Pointer} {f.Code}").Order());
        Assert.Equal("7", fine.Message!.Text);
    }

    [Theory]
    [InlineData("""{"$ref":"https://evil.example/schema.json"}""")]
    [InlineData("""{"properties":{"a":{"$ref":"/etc/passwd"}}}""")]
    [InlineData("""{"properties":{"a":{"type":"string","pattern":"(a+)\\1"}}}""")]
    [InlineData("[1]")]
    public async Task A_schema_that_cannot_be_used_is_refused(string schema)
    {
        var fault = Assert.Single(await TemplateBench.FaultsAsync(new TemplateContent { Text = "x", Schema = schema }));

        Assert.Equal(("/schema", "invalid_schema"), (fault.Pointer, fault.Code));
    }

    [Fact]
    public async Task The_variables_of_a_template_are_known_before_it_is_rendered()
    {
        var content = new TemplateContent
        {
            Subject = "{{ order.id }}",
            Html = """
                {% assign first = items[0] %}{{ first.title }}{% for i in items %}{{ i.price | money: currency }}{% endfor %}
                {% if vip %}{{ title }}{% endif %}{{ name | default: nick }}{% capture c %}{{ x }}{% endcapture %}{{ c }}
                {% include 'footer', year: y %}
                """,
        };
        var compiled = (await Core.Templating.CompileTemplate.RunAsync(content, TestContext.Current.CancellationToken)).Template!;

        Assert.Equal(
            [
                "currency!", "items!", "items[]", "items[].price!", "items[].title!", "name", "nick!", "order.id!", "title", "vip", "x!", "y!",
            ],
            compiled.Variables.Select(v => v.Required ? $"{v.Name}!" : v.Name));
        Assert.Equal(["footer"], compiled.Uses);
    }
}
