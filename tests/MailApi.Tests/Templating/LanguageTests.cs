using MailApi.Core.Domain;

namespace MailApi.Tests.Templating;

/// <summary>What <c>docs/templates.md</c> says of the language.</summary>
public sealed class LanguageTests
{
    private const string Order =
        """
        {"name":"Ann","vip":false,"count":2,"total":1234.5,"at":"2026-11-23T10:42:40Z","empty":"",
         "items":[{"title":"Tea","price":3.50,"tags":["hot","green"]},{"title":"Mug","price":12}],
         "address":{"city":"Wien","zip":"1010"},"note":"one\ntwo"}
        """;

    [Theory]
    [InlineData("Hi {{ name }}", "Hi Ann")]
    [InlineData("{{ address.city }} {{ address['zip'] }}", "Wien 1010")]
    [InlineData("{{ items[0].title }} {{ items.first.title }} {{ items.last.title }} {{ items.size }}", "Tea Tea Mug 2")]
    [InlineData("{{ items[0].price }}", "3.5")]
    [InlineData("{% for i in items %}{{ forloop.index }}:{{ i.title }}{% unless forloop.last %}, {% endunless %}{% endfor %}", "1:Tea, 2:Mug")]
    [InlineData("{% for i in items limit: 1 offset: 1 %}{{ i.title }}{% else %}none{% endfor %}", "Mug")]
    [InlineData("{% for n in (1..3) %}{{ n }}{% endfor %}", "123")]
    [InlineData("{% if vip %}V{% elsif count > 1 %}many{% else %}one{% endif %}", "many")]
    [InlineData("{% case count %}{% when 1 %}one{% when 2 %}two{% endcase %}", "two")]
    [InlineData("{% assign x = name | upcase %}{{ x }}", "ANN")]
    [InlineData("{% capture x %}<{{ name }}>{% endcapture %}{{ x }}", "<Ann>")]
    [InlineData("{% raw %}{{ name }}{% endraw %}{% comment %}{{ gone }}{% endcomment %}", "{{ name }}")]
    [InlineData("a {%- if true -%} b {%- endif -%} c", "abc")]
    [InlineData("{{ name | append: '!' | prepend: '¡' }}", "¡Ann!")]
    [InlineData("{{ items | map: 'title' | join: ' & ' }}", "Tea & Mug")]
    [InlineData("{{ items | where: 'title', 'Mug' | map: 'price' | join: '' }}", "12")]
    [InlineData("{{ items | sum: 'price' }}", "15.5")]
    [InlineData("{{ items | sort: 'title' | map: 'title' | join: ',' }}", "Mug,Tea")]
    [InlineData("{{ items | reverse | first | map: 'title' }}{{ items | first | json }}", "Mug{\"title\":\"Tea\",\"price\":3.50,\"tags\":[\"hot\",\"green\"]}")]
    [InlineData("{{ items | size }} {{ items[0].tags | concat: items[0].tags | uniq | join: '+' }} {{ items[-1].title }}", "2 hot+green Mug")]
    [InlineData("{% assign f = items | find: 'title', 'Tea' %}{{ f.price }} {{ items | has: 'title', 'Cup' }} {{ items[0].tags | slice: 0, 1 | join }}", "3.5 false hot")]
    [InlineData("{% if items[0].tags contains 'hot' %}hot{% endif %}{% if items == empty %}none{% endif %} {{ items[0].tags }}", "hot hotgreen")]
    [InlineData("{% for p in address %}{{ p[0] }}={{ p[1] }};{% endfor %}", "city=Wien;zip=1010;")]
    [InlineData("{{ 'b,a,b' | split: ',' | uniq | sort | join: '' }}", "ab")]
    [InlineData("{{ nothing | default: 'friend' }} {{ empty | default: 'friend' }} {{ name | default: 'friend' }}", "friend friend Ann")]
    [InlineData("{{ count | plus: 1 | times: 2.5 | round }}", "8")]
    [InlineData("{{ 7 | divided_by: 2 }} {{ 7 | modulo: 2 }}", "3 1")]
    [InlineData("{{ 'a long sentence' | truncate: 9 }}", "a long...")]
    [InlineData("{{ address | json }}", """{"city":"Wien","zip":"1010"}""")]
    [InlineData("{{ 'Ä b' | url_encode }}", "%C3%84+b")]
    [InlineData("{{ count | pluralize: 'item', 'items' }} {{ 1 | pluralize: 'item', 'items' }} {{ items | pluralize: 'a', 'b' }}", "items item b")]
    [InlineData("{{ total | number: 2 }} {{ total | number }}", "1,234.50 1,234.5")]
    [InlineData("{{ total | money: 'EUR' }} {{ -5 | money: 'USD' }} {{ 500 | money: 'JPY' }}", "€1,234.50 -$5.00 ¥500")]
    [InlineData("{{ at | date: '%d.%m.%Y %H:%M' }}", "23.11.2026 10:42")]
    [InlineData("{{ at | date: '%Y-%m-%d %H:%M', 'Asia/Tokyo' }}", "2026-11-23 19:42")]
    [InlineData("{{ at | time_zone: 'America/New_York' | date: '%H:%M' }}", "05:42")]
    [InlineData("{{ at | date: '%A, %B %e' }}", "Monday, November 23")]
    public async Task Text_becomes(string source, string expected) =>
        Assert.Equal(expected, await TemplateBench.TextAsync(source, Order));

    [Theory]
    [InlineData("{{ total | money: 'EUR' }}", "de", "1.234,50\u00a0€")]
    [InlineData("{{ total | money: 'EUR' }}", "en-IE", "€1,234.50")]
    [InlineData("{{ total | number: 1 }}", "de-DE", "1.234,5")]
    [InlineData("{{ at | date: '%d. %B %Y' }}", "de", "23. November 2026")]
    [InlineData("{{ at | date: '%A' }}", "fr", "lundi")]
    public async Task Numbers_and_dates_follow_the_locale(string source, string locale, string expected) =>
        Assert.Equal(expected, await TemplateBench.TextAsync(source, Order, locale));

    [Fact]
    public async Task A_subject_stays_one_line()
    {
        var rendering = await TemplateBench.RenderAsync(
            new TemplateContent { Subject = "Hi {{ name }}\n  {{ more }}", Text = "x", Headers = new Dictionary<string, string> { ["X-Name"] = "{{ name }}" } },
            """{"name":"Ann\r\nBcc: eve@evil.example\u2028x","more":"\u0085there"}""");

        Assert.Equal("Hi Ann Bcc: eve@evil.example x there", rendering.Message!.Subject);
        Assert.Equal(["X-Name"], rendering.Message.Headers.Select(h => h.Key));
        Assert.Equal("Ann Bcc: eve@evil.example x", rendering.Message.Headers[0].Value);
    }

    [Fact]
    public async Task Includes_see_what_is_set_and_renders_do_not()
    {
        var bench = new TemplateBench();
        await bench.AddAsync("line", new TemplateContent { Text = "[{{ item | default: '-' }} {{ name }} {{ x | default: '-' }}]" });
        await bench.AddAsync("main", new TemplateContent
        {
            Text = "{% assign x = 1 %}{% include 'line', item: 'a' %}{% render 'line', item: 'b' %}{{ item | default: 'gone' }}",
        });
        var rendering = await bench.RenderAsync("main", """{"name":"Ann"}""");

        Assert.Equal("[a Ann 1][b Ann -]gone", rendering.Message!.Text);
    }

    [Fact]
    public async Task A_layout_stands_around_every_part_it_has()
    {
        var bench = new TemplateBench();
        await bench.AddAsync("base", new TemplateContent
        {
            Html = "<html><head><title>{{ subject }}</title></head><body>{{ content }}<hr>{{ company }}</body></html>",
            Layout = "outer",
        });
        await bench.AddAsync("outer", new TemplateContent { Html = "<!-- o -->{{ content }}", Text = "{{ content }}\n-- \nouter" });
        await bench.AddAsync("main", new TemplateContent
        {
            Subject = "A & B",
            Html = "{% layout 'base' %}<p>{{ name }}</p>",
            Text = "{{ name }}",
            Preheader = "See <this>",
        });
        var message = (await bench.RenderAsync("main", """{"name":"<Ann>","company":"Acme"}""")).Message!;

        Assert.StartsWith("<!-- o --><html><head><title>A &amp; B</title></head><body><div style=\"display:none", message.Html);
        Assert.Contains("See &lt;this&gt;&#847;", message.Html, StringComparison.Ordinal);
        Assert.EndsWith("</div><p>&lt;Ann&gt;</p><hr>Acme</body></html>", message.Html);
        Assert.Equal("<Ann>\n-- \nouter", message.Text);
    }

    [Fact]
    public async Task Json_numbers_and_odd_names_are_taken_as_they_are()
    {
        var text = await TemplateBench.TextAsync(
            "{{ a }} {{ b['x y'] }} {{ b.size }} {{ c.size }} {{ big }}",
            """{"a":10.5,"b":{"x y":1,"size":7},"c":{"k":1,"l":2},"big":123456789012345678901234567890123456789}""");

        Assert.Equal("10.5 1 7 2 123456789012345678901234567890123456789", text);
    }
}
