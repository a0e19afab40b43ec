using System.Net.Http.Json;
using System.Text.Json.Nodes;
using MailApi.IntegrationTests.Running;

namespace MailApi.IntegrationTests.Templates;

public abstract class TemplateTests(CaptureService service)
{
    [Fact]
    public async Task A_template_is_made_found_changed_and_deleted()
    {
        using var api = await ProjectAsync();
        var made = await api.PostAsync("/v1/templates", Welcome());
        Assert.True(made.Status == 201, $"{made.Body}");
        var id = made.Body!["id"]!.GetValue<string>();
        Assert.Matches("^tmpl_[0-9a-z]{26}$", id);
        Assert.Equal($"/v1/templates/{id}", $"{made.Response.Headers.Location}");
        Assert.Equal(["name", "url"], made.Body["variables"]!.AsArray().Select(v => v!["name"]!.GetValue<string>()));
        Assert.Equal(["missing_text"], made.Body["warnings"]!.AsArray().Select(w => w!["code"]!.GetValue<string>()));
        Assert.Equal(1, made.Body["published"]![0]!["version"]!.GetValue<int>());

        foreach (var name in new[] { id, "welcome" })
        {
            Assert.True(JsonNode.DeepEquals(made.Body, (await api.GetAsync($"/v1/templates/{name}")).Body), "GET answers what POST did.");
        }

        var changed = await api.SendAsync(
            HttpMethod.Patch, "/v1/templates/welcome", new JsonObject { ["subject"] = "Hello {{ name }}", ["slug"] = "hello" });
        Assert.Equal(200, changed.Status);
        Assert.Equal(2, changed.Body!["version"]!.GetValue<int>());
        Assert.Equal("Hello {{ name }}", changed.Body["subject"]!.GetValue<string>());
        Assert.Equal(made.Body["html"]!.GetValue<string>(), changed.Body["html"]!.GetValue<string>());
        Assert.Equal(404, (await api.GetAsync("/v1/templates/welcome")).Status);

        Assert.Equal("hello", Assert.Single((await api.GetAsync("/v1/templates")).Body!["data"]!.AsArray())!["slug"]!.GetValue<string>());
        Assert.Equal(204, (await api.SendAsync(HttpMethod.Delete, "/v1/templates/hello")).Status);
        Assert.Equal(404, (await api.GetAsync($"/v1/templates/{id}")).Status);
        Assert.Equal(404, (await api.PostAsync("/v1/templates/hello/render", new JsonObject())).Status);
    }

    [Fact]
    public async Task Versions_are_drafted_published_rolled_back_and_stay_readable()
    {
        using var api = await ProjectAsync();
        await MakeAsync(api, Text("note", "one"));
        var draft = await api.PostAsync("/v1/templates/note/versions", Content("two"));
        Assert.True(draft.Status == 201, $"{draft.Body}");
        Assert.Equal(2, draft.Body!["version"]!.GetValue<int>());
        Assert.False(draft.Body["published"]!.GetValue<bool>());
        Assert.Equal("one", await RenderAsync(api, "note"));
        Assert.Equal("two", await RenderAsync(api, "note", version: 2));

        Assert.Equal(200, (await api.PostAsync("/v1/templates/note/publish")).Status);
        Assert.Equal("two", await RenderAsync(api, "note"));
        Assert.Equal(200, (await api.PostAsync("/v1/templates/note/publish", new JsonObject { ["version"] = 1 })).Status);
        Assert.Equal("one", await RenderAsync(api, "note"));
        Assert.Equal(404, (await api.PostAsync("/v1/templates/note/publish", new JsonObject { ["version"] = 3 })).Status);

        await api.PostAsync("/v1/templates/note/versions", Content("three"));
        var first = (await api.GetAsync("/v1/templates/note/versions?limit=2")).Body!;
        Assert.Equal([3, 2], first["data"]!.AsArray().Select(v => v!["version"]!.GetValue<int>()));
        var rest = (await api.GetAsync($"/v1/templates/note/versions?limit=2&cursor={first["next_cursor"]}")).Body!;
        var one = Assert.Single(rest["data"]!.AsArray())!;
        Assert.True(one["published"]!.GetValue<bool>());
        Assert.Equal("one", one["text"]!.GetValue<string>());
        Assert.Equal("two", (await api.GetAsync("/v1/templates/note/versions/2")).Body!["text"]!.GetValue<string>());
        Assert.Equal(404, (await api.GetAsync("/v1/templates/note/versions/9")).Status);
    }

    [Fact]
    public async Task What_is_published_is_shown_with_its_warnings()
    {
        using var api = await ProjectAsync();
        await MakeAsync(api, Text("note", "Hi"));
        var version = new JsonObject { ["locale"] = "de", ["html"] = "<img src=\"/logo.png\">" };
        Assert.Equal(201, (await api.PostAsync("/v1/templates/note/versions", version)).Status);
        var published = (await api.PostAsync("/v1/templates/note/publish", new JsonObject { ["version"] = 2 })).Body!;

        Assert.Equal((2, "de"), (published["version"]!.GetValue<int>(), published["locale"]!.GetValue<string>()));
        Assert.Equal(
            ["missing_text", "missing_alt", "relative_url"],
            published["warnings"]!.AsArray().Select(w => w!["code"]!.GetValue<string>()));
        var draft = (await api.SendAsync(
            HttpMethod.Patch, "/v1/templates/note", new JsonObject { ["text"] = "Hello", ["publish"] = false })).Body!;
        Assert.Equal((3, "Hello"), (draft["version"]!.GetValue<int>(), draft["text"]!.GetValue<string>()));
        Assert.Equal("Hi", (await api.GetAsync("/v1/templates/note")).Body!["text"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_locale_falls_back_to_its_language_and_then_to_the_default()
    {
        using var api = await ProjectAsync();
        var english = Text("note", "Total {{ 1234.5 | money: 'EUR' }}");
        english["locale"] = "en";
        await MakeAsync(api, english);
        foreach (var (locale, text) in new[] { ("de", "Summe {{ 1234.5 | money: 'EUR' }}"), ("pt_br", "Soma") })
        {
            var version = Content(text);
            (version["locale"], version["publish"]) = (locale, true);
            Assert.Equal(201, (await api.PostAsync("/v1/templates/note/versions", version)).Status);
        }

        Assert.Equal("Total €1,234.50", await RenderAsync(api, "note"));
        Assert.Equal("Summe 1.234,50 €", (await RenderAsync(api, "note", "de")).Replace('\u00a0', ' '));
        Assert.StartsWith("Summe", await RenderAsync(api, "note", "de-AT"), StringComparison.Ordinal);
        Assert.Equal("Soma", await RenderAsync(api, "note", "pt-BR"));
        Assert.Equal("Total €1,234.50", await RenderAsync(api, "note", "fr-CA"));
        Assert.Equal(
            ["de", "en", "pt-BR"],
            (await api.GetAsync("/v1/templates/note")).Body!["published"]!.AsArray().Select(p => p!["locale"]!.GetValue<string>()));
    }

    [Fact]
    public async Task Layouts_and_partials_are_stored_templates_and_guarded()
    {
        using var api = await ProjectAsync();
        var needs = Text("order", "x");
        (needs["html"], needs["layout"]) = ("<p>{% include 'greeting', who: name %}</p>", "frame");
        var early = await api.PostAsync("/v1/templates", needs);
        Assert.Equal("invalid_template", early.Code);
        Assert.Equal(["", "/layout"], early.Pointers.Order());

        await MakeAsync(api, Html("greeting", "Hi {{ who }}"));
        await MakeAsync(api, Html("frame", "<main>{{ content }}</main>"));
        await MakeAsync(api, needs);
        var data = new JsonObject { ["name"] = "Ann" };
        var rendered = await api.PostAsync("/v1/templates/order/render", new JsonObject { ["data"] = data.DeepClone() });
        Assert.Equal("<main><p>Hi Ann</p></main>", rendered.Body!["html"]!.GetValue<string>());

        // A partial that changes shows at once, in what includes it.
        Assert.Equal(200, (await api.SendAsync(
            HttpMethod.Patch, "/v1/templates/greeting", new JsonObject { ["html"] = "Dear {{ who }}" })).Status);
        rendered = await api.PostAsync("/v1/templates/order/render", new JsonObject { ["data"] = data.DeepClone() });
        Assert.Equal("<main><p>Dear Ann</p></main>", rendered.Body!["html"]!.GetValue<string>());

        var used = await api.SendAsync(HttpMethod.Delete, "/v1/templates/greeting");
        Assert.Equal((409, "template_in_use"), (used.Status, used.Code));
        Assert.Contains("order", used.Body!["detail"]!.GetValue<string>(), StringComparison.Ordinal);
        var renamed = await api.SendAsync(HttpMethod.Patch, "/v1/templates/frame", new JsonObject { ["slug"] = "other" });
        Assert.Equal("template_in_use", renamed.Code);

        var circle = await api.SendAsync(
            HttpMethod.Patch, "/v1/templates/greeting", new JsonObject { ["html"] = "{% include 'order' %}" });
        Assert.Equal((422, "invalid_template"), (circle.Status, circle.Code));
        Assert.Equal("template_cycle", circle.Body!["errors"]![0]!["code"]!.GetValue<string>());
        var self = await api.SendAsync(
            HttpMethod.Patch, "/v1/templates/frame", new JsonObject { ["html"] = "{{ content }}{% render 'frame' %}" });
        Assert.Equal("template_cycle", self.Body!["errors"]![0]!["code"]!.GetValue<string>());
        var noPlace = Html("letter", "<p>x</p>");
        noPlace["layout"] = "greeting";
        Assert.Equal("layout_without_content", (await api.PostAsync("/v1/templates", noPlace)).Body!["errors"]![0]!["code"]!.GetValue<string>());
    }

    [Fact]
    public async Task Rendering_answers_what_a_recipient_would_get()
    {
        using var api = await ProjectAsync();
        var template = Welcome();
        template["html"] = "<style>h1 { color: #036 } @media print { h1 { color: #000 } }</style><h1>Hi {{ name }}</h1>"
            + "<p>See <a href=\"{{ url }}\">your order</a></p><img src=\"logo.png\">";
        template["headers"] = new JsonObject { ["X-Customer"] = "{{ name }}", ["X-Empty"] = "{% if false %}x{% endif %}" };
        await MakeAsync(api, template);
        var request = new JsonObject { ["data"] = new JsonObject { ["name"] = "<Ann>\r\nBcc: x", ["url"] = "https://acme.example/1" } };
        var answer = await api.PostAsync("/v1/templates/welcome/render", request);

        Assert.True(answer.Status == 200, $"{answer.Body}");
        Assert.Equal("Welcome, <Ann> Bcc: x", answer.Body!["subject"]!.GetValue<string>());
        var html = answer.Body["html"]!.GetValue<string>();
        Assert.Contains("<h1 style=\"color: #036\">Hi &lt;Ann&gt;", html, StringComparison.Ordinal);
        Assert.Contains("@media print { h1 { color: #000 } }", html, StringComparison.Ordinal);
        Assert.Contains("One click", html, StringComparison.Ordinal);
        Assert.Contains("your order (https://acme.example/1)", answer.Body["text"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal(
            ["missing_text", "missing_alt", "relative_url"],
            answer.Body["warnings"]!.AsArray().Select(w => w!["code"]!.GetValue<string>()));
        Assert.InRange(answer.Body["size"]!.GetValue<int>(), html.Length, 10_000);
        Assert.Equal("<Ann> Bcc: x", answer.Body["headers"]!["X-Customer"]!.GetValue<string>());

        using var page = new HttpRequestMessage(HttpMethod.Post, "/v1/templates/welcome/render") { Content = JsonContent.Create(request) };
        page.Headers.Accept.ParseAdd("text/html");
        using var shown = await api.Http.SendAsync(page, TestContext.Current.CancellationToken);
        Assert.Equal("text/html", shown.Content.Headers.ContentType!.MediaType);
        Assert.StartsWith("sandbox", shown.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.Equal(html, await shown.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        using var data = new HttpRequestMessage(HttpMethod.Post, "/v1/templates/welcome/render") { Content = JsonContent.Create(request) };
        data.Headers.Accept.ParseAdd("application/json, text/html;q=0.5");
        using var preferred = await api.Http.SendAsync(data, TestContext.Current.CancellationToken);
        Assert.Equal("application/json", preferred.Content.Headers.ContentType!.MediaType);

        var missing = await api.PostAsync("/v1/templates/welcome/render", new JsonObject());
        Assert.Equal((422, "template_render_failed"), (missing.Status, missing.Code));
        Assert.Equal(["/data/name", "/data/url"], missing.Pointers.Order());
    }

    [Fact]
    public async Task A_schema_and_strict_data_are_held_to()
    {
        using var api = await ProjectAsync();
        var template = Text("order", "{{ id }} {{ items | size }}");
        template["schema"] = JsonNode.Parse(
            """{"type":"object","required":["id","vat"],"properties":{"id":{"type":"string","pattern":"^A[0-9]+$"},"items":{"type":"array"}}}""");
        template["strict"] = true;
        await MakeAsync(api, template);
        var answer = await api.PostAsync("/v1/templates/order/render", JsonNode.Parse(
            """{"data":{"id":"B1","items":[1],"extra":true}}"""));

        Assert.Equal(["/data/extra", "/data/id", "/data/vat"], answer.Pointers.Order());
        template["slug"] = "bad";
        template["schema"] = JsonNode.Parse("""{"$ref":"http://127.0.0.1:1/schema.json"}""");
        var bad = await api.PostAsync("/v1/templates", template);
        Assert.Equal((422, "/schema"), (bad.Status, Assert.Single(bad.Pointers)));
    }

    [Theory]
    [InlineData("""{"slug":"a","html":"{{ x"}""", 422, "/html")]
    [InlineData("""{"slug":"a","html":"{% if x %}","text":"{{ x | nope }}","subject":"{{"}""", 422, "/subject")]
    [InlineData("""{"slug":"a","html":"x","headers":{"Bcc":"a@b.example"}}""", 422, "/headers/Bcc")]
    [InlineData("""{"slug":"a"}""", 422, "")]
    [InlineData("""{"slug":"A b","html":"x"}""", 422, "/slug")]
    [InlineData("""{"slug":"tmpl_01jd9zt6x7f8k9m2n3p4q5r6s7","html":"x"}""", 422, "/slug")]
    [InlineData("""{"slug":"a","html":"x","locale":"german!"}""", 422, "/locale")]
    [InlineData("""{"slug":"a","html":"x\u0000"}""", 422, "/html")]
    [InlineData("""{"slug":"a","html":"x","subject":"\u0000"}""", 422, "/subject")]
    [InlineData("""{"slug":"a","html":"x","nope":1}""", 400, "/nope")]
    [InlineData("""{"html":"x"}""", 400, "")]
    [InlineData("""{"slug":"a","html":"\ud800"}""", 400, "/html")]
    public async Task What_is_wrong_is_said_at_its_place(string body, int status, string pointer)
    {
        using var api = await ProjectAsync();
        var answer = await api.PostTextAsync("/v1/templates", body);

        Assert.True(answer.Status == status, $"{answer.Status}: {answer.Body}");
        Assert.Contains(pointer, answer.Pointers);
        Assert.Empty((await api.GetAsync("/v1/templates")).Body!["data"]!.AsArray());
    }

    [Fact]
    public async Task A_template_goes_from_one_project_to_another_by_content()
    {
        using var staging = service.Admin();
        var slug = $"welcome-{Guid.NewGuid():N}";
        var template = Welcome();
        template["slug"] = slug;
        await MakeAsync(staging, template);
        var german = Content("Hallo {{ name }}");
        (german["locale"], german["publish"]) = ("de", true);
        await staging.PostAsync($"/v1/templates/{slug}/versions", german);
        using var production = await ProjectAsync();
        var project = await ProjectIdAsync(production);

        var copy = new JsonObject { ["project_id"] = project };
        var made = await staging.PostAsync($"/v1/templates/{slug}/copy", copy.DeepClone());
        Assert.True(made.Status == 201, $"{made.Body}");
        Assert.Equal("Hallo Ann", await RenderAsync(production, slug, "de-AT", data: "Ann"));
        Assert.Equal(200, (await staging.PostAsync($"/v1/templates/{slug}/copy", copy.DeepClone())).Status);
        Assert.Equal(2, (await production.GetAsync($"/v1/templates/{slug}")).Body!["latest_version"]!.GetValue<int>());

        await staging.SendAsync(HttpMethod.Patch, $"/v1/templates/{slug}", new JsonObject { ["subject"] = "New, {{ name }}" });
        var conflict = await staging.PostAsync($"/v1/templates/{slug}/copy", copy.DeepClone());
        Assert.Equal((409, "template_conflict"), (conflict.Status, conflict.Code));
        copy["on_conflict"] = "new_version";
        var added = await staging.PostAsync($"/v1/templates/{slug}/copy", copy.DeepClone());
        Assert.Equal((200, 3), (added.Status, added.Body!["version"]!.GetValue<int>()));
        Assert.Equal("New, {{ name }}", added.Body["subject"]!.GetValue<string>());

        Assert.Equal(403, (await production.PostAsync($"/v1/templates/{slug}/copy", copy.DeepClone())).Status);
        copy["project_id"] = "prj_01jd9zt6x7f8k9m2n3p4q5r6s7";
        Assert.Equal("unknown_project", (await staging.PostAsync($"/v1/templates/{slug}/copy", copy.DeepClone())).Code);
    }

    [Fact]
    public async Task Many_who_write_at_once_all_succeed_and_no_number_is_lost()
    {
        using var api = await ProjectAsync();
        await MakeAsync(api, Text("note", "1"));
        const int Writers = 20;
        var answers = await Task.WhenAll(Enumerable.Range(0, Writers).Select(async i =>
        {
            var version = Content($"by {i}");
            version["publish"] = i % 2 == 0;
            return await api.PostAsync("/v1/templates/note/versions", version);
        }));

        Assert.All(answers, a => Assert.True(a.Status == 201, $"{a.Status}: {a.Body}"));
        Assert.Equal(Enumerable.Range(2, Writers), answers.Select(a => a.Body!["version"]!.GetValue<int>()).Order());
        var taken = await Task.WhenAll(Enumerable.Range(0, Writers).Select(_ => api.PostAsync("/v1/templates", Text("same", "x"))));
        Assert.Single(taken, a => a.Status == 201);
        Assert.Equal(Writers - 1, taken.Count(a => a.Code == "slug_taken"));
    }

    [Fact]
    public async Task Templates_of_another_project_and_without_the_scope_are_out_of_reach()
    {
        using var api = await ProjectAsync();
        var made = await MakeAsync(api, Text("note", "x"));
        using var other = await ProjectAsync();
        Assert.Equal(404, (await other.GetAsync($"/v1/templates/{made["id"]}")).Status);
        Assert.Equal(404, (await other.PostAsync($"/v1/templates/{made["id"]}/render", new JsonObject())).Status);
        using var sender = await service.NewProjectAsync("send");
        Assert.Equal("missing_scope", (await sender.GetAsync("/v1/templates")).Code);
    }

    private Task<ApiClient> ProjectAsync() => service.NewProjectAsync("send", "read", "templates", "keys");

    private static async Task<string> ProjectIdAsync(ApiClient client) =>
        (await client.GetAsync("/v1/api-keys")).Body!["data"]![0]!["project_id"]!.GetValue<string>();

    private static JsonObject Welcome() => new()
    {
        ["slug"] = "welcome",
        ["subject"] = "Welcome, {{ name }}",
        ["html"] = "<p>Hi {{ name }}, <a href=\"{{ url }}\">confirm</a></p>",
        ["preheader"] = "One click",
    };

    private static JsonObject Text(string slug, string text) => new() { ["slug"] = slug, ["subject"] = "S", ["text"] = text };

    private static JsonObject Html(string slug, string html) => new() { ["slug"] = slug, ["html"] = html };

    private static JsonObject Content(string text) => new() { ["subject"] = "S", ["text"] = text };

    private static async Task<JsonNode> MakeAsync(ApiClient api, JsonObject template)
    {
        var made = await api.PostAsync("/v1/templates", template.DeepClone());
        Assert.True(made.Status == 201, $"{made.Status}: {made.Body}");
        return made.Body!;
    }

    private static async Task<string> RenderAsync(
        ApiClient api, string slug, string? locale = null, int? version = null, string? data = null)
    {
        var answer = await api.PostAsync($"/v1/templates/{slug}/render", new JsonObject
        {
            ["locale"] = locale,
            ["version"] = version,
            ["data"] = new JsonObject { ["name"] = data ?? "" },
        });
        Assert.True(answer.Status == 200, $"{answer.Body}");
        return answer.Body!["text"]!.GetValue<string>().TrimEnd();
    }
}

public sealed class SqliteTemplateTests(SqliteCapture service) : TemplateTests(service);

public sealed class PostgresTemplateTests(PostgresCapture service) : TemplateTests(service);
