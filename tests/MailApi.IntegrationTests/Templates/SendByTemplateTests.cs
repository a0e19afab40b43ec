using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using MailApi.IntegrationTests.Running;

namespace MailApi.IntegrationTests.Templates;

public abstract class SendByTemplateTests(CaptureService service)
{
    [Fact]
    public async Task A_send_renders_the_live_version_and_records_it()
    {
        using var api = await ProjectAsync();
        var template = await MakeAsync(api, Order());
        var id = await api.AcceptAsync(Send(Data()));

        var message = (await api.GetAsync($"/v1/messages/{id}")).Body!;
        Assert.Equal("Order A1, Ann", message["subject"]!.GetValue<string>());
        Assert.Equal($"{template["id"]}", $"{message["template"]!["id"]}");
        Assert.Equal(1, message["template"]!["version"]!.GetValue<int>());
        var content = (await api.GetAsync($"/v1/messages/{id}/content")).Body!;
        Assert.Contains("<td style=\"color: #036\">Tea &amp; more</td>", content["html"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Contains("Tea & more", content["text"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Contains(content["headers"]!.AsArray(), h => h!["name"]!.GetValue<string>() == "X-Order" && h["value"]!.GetValue<string>() == "A1");

        foreach (var name in new[] { "order", $"{template["id"]}" })
        {
            var found = (await api.GetAsync($"/v1/messages?template={name}")).Body!["data"]!.AsArray();
            Assert.Equal(id, Assert.Single(found)!["id"]!.GetValue<string>());
        }

        Assert.Empty((await api.GetAsync("/v1/messages?template=other")).Body!["data"]!.AsArray());
        await api.WaitForEndAsync(id);
        var again = await api.PostAsync($"/v1/messages/{id}/resend");
        Assert.Equal(1, (await api.GetAsync($"/v1/messages/{again.Body!["id"]}")).Body!["template"]!["version"]!.GetValue<int>());
    }

    [Fact]
    public async Task Everything_that_is_missing_is_named_and_nothing_is_queued()
    {
        using var api = await ProjectAsync();
        await MakeAsync(api, Order());
        var data = JsonNode.Parse("""{"items":[{"name":"Tea"},{"price":1},{"name":null,"price":2}]}""")!;
        var answer = await api.PostAsync("/v1/messages", Send(data));

        Assert.Equal((422, "template_render_failed"), (answer.Status, answer.Code));
        Assert.Equal(
            [
                "/template/data/id", "/template/data/items/0/price", "/template/data/items/1/name", "/template/data/items/2/name",
                "/template/data/user/name",
            ],
            answer.Pointers.Order());
        Assert.Equal("template_render_failed", (await api.PostAsync("/v1/messages/validate", Send(data))).Code);
        Assert.Empty((await api.GetAsync("/v1/messages")).Body!["data"]!.AsArray());
    }

    [Fact]
    public async Task A_version_can_be_pinned_and_a_subject_given()
    {
        using var api = await ProjectAsync();
        await MakeAsync(api, Order());
        await api.SendAsync(HttpMethod.Patch, "/v1/templates/order", new JsonObject { ["subject"] = "Second {{ nothing }}" });
        var pinned = Send(Data());
        pinned["template"]!["version"] = 1;
        Assert.Equal("Order A1, Ann", await SubjectAsync(api, await api.AcceptAsync(pinned)));

        // The subject of the template is left alone, and so is what it would miss.
        var given = Send(Data());
        given["subject"] = "Mine {{ as it is }}";
        Assert.Equal("Mine {{ as it is }}", await SubjectAsync(api, await api.AcceptAsync(given)));
        Assert.Equal(["/template/data/nothing"], (await api.PostAsync("/v1/messages", Send(Data()))).Pointers);
    }

    [Theory]
    [InlineData("""{"template":{"id":"nope"}}""", 422, "template_not_found", "/template/id")]
    [InlineData("""{"template":{"id":"order","version":9}}""", 422, "template_not_found", "/template/version")]
    [InlineData("""{"template":{"id":"draft"}}""", 422, "template_not_published", "/template/id")]
    [InlineData("""{"template":{"id":"bare"}}""", 422, "validation_failed", "/subject")]
    [InlineData("""{"template":{"id":"order"},"html":"x"}""", 422, "validation_failed", "/template")]
    [InlineData("""{"template":{"id":"order"},"raw":"eA=="}""", 422, "validation_failed", "/template")]
    [InlineData("""{"template":{"id":"order","data":[1]}}""", 422, "validation_failed", "/template/data")]
    [InlineData("""{"template":{"id":"order","data":{"a":"\ud800"}}}""", 422, "validation_failed", "/template/data")]
    [InlineData("""{"template":{"id":"order","data":{"a":1,"a":2}}}""", 400, "duplicate_field", null)]
    [InlineData("""{"template":{"id":"order","version":0}}""", 422, "validation_failed", "/template/version")]
    [InlineData("""{"template":{"id":"order","locale":"x"}}""", 422, "validation_failed", "/template/locale")]
    [InlineData("""{"template":{"id":"order","Data":{}}}""", 400, "unknown_field", null)]
    [InlineData("""{"template":"order"}""", 400, "wrong_type", "/template")]
    [InlineData("""{"template":{"data":{}}}""", 400, "missing_field", null)]
    public async Task What_is_wrong_with_a_send_is_said_at_its_place(string fields, int status, string code, string? pointer)
    {
        using var api = await ProjectAsync();
        await MakeAsync(api, Order());
        await MakeAsync(api, new JsonObject { ["slug"] = "draft", ["text"] = "x", ["publish"] = false });
        await MakeAsync(api, new JsonObject { ["slug"] = "bare", ["text"] = "x" });
        var body = $$"""{"from":"hello@acme.example","to":"ann@example.net",{{fields[1..]}}""";
        var answer = await api.PostTextAsync("/v1/messages", body);

        Assert.True((status, code) == (answer.Status, answer.Code), $"{answer.Status}: {answer.Body}");
        if (pointer is not null)
        {
            Assert.Contains(pointer, answer.Pointers);
        }

        Assert.Empty((await api.GetAsync("/v1/messages")).Body!["data"]!.AsArray());
    }

    [Fact]
    public async Task Too_much_data_is_refused()
    {
        using var api = await ProjectAsync();
        await MakeAsync(api, Order());
        var data = Data();
        data["more"] = new string('x', 102_400);

        Assert.Equal(["/template/data"], (await api.PostAsync("/v1/messages", Send(data))).Pointers);
    }

    [Fact]
    public async Task A_batch_renders_each_message_with_its_own_data()
    {
        using var api = await ProjectAsync();
        await MakeAsync(api, Order());
        var messages = new JsonArray();
        for (var i = 0; i < 100; i++)
        {
            var data = Data();
            (data["id"], data["user"]!["name"]) = ($"B{i}", $"User {i}");
            messages.Add(Send(data));
        }

        var answer = await api.PostAsync("/v1/messages/batch", new JsonObject { ["messages"] = messages.DeepClone() });
        Assert.True(answer.Status == 202, $"{answer.Body}");
        var subjects = new List<string>();
        foreach (var item in answer.Body!["data"]!.AsArray())
        {
            subjects.Add(await SubjectAsync(api, item!["id"]!.GetValue<string>()));
        }

        Assert.Equal(Enumerable.Range(0, 100).Select(i => $"Order B{i}, User {i}"), subjects);

        messages[7]!["template"]!["data"]!.AsObject().Remove("id");
        var atomic = await api.PostAsync("/v1/messages/batch", new JsonObject { ["messages"] = messages.DeepClone() });
        Assert.Equal((422, "/messages/7/template/data/id"), (atomic.Status, Assert.Single(atomic.Pointers)));
        var partial = await api.PostAsync(
            "/v1/messages/batch", new JsonObject { ["mode"] = "partial", ["messages"] = messages.DeepClone() });
        Assert.Equal("template_render_failed", partial.Body!["data"]![7]!["error"]!["code"]!.GetValue<string>());
        Assert.Equal(99, partial.Body["data"]!.AsArray().Count(i => i!["id"] is not null));
    }

    [Fact]
    public async Task While_versions_are_published_every_send_gets_one_of_them_whole()
    {
        using var api = await ProjectAsync();
        await MakeAsync(api, Numbered(1));
        using var ended = new CancellationTokenSource();
        var publishing = PublishAsync(api, 25, ended);
        List<string> ids = [];
        while (!ended.IsCancellationRequested)
        {
            ids.AddRange(await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => api.AcceptAsync(Send(new JsonObject(), "numbered")))));
        }

        var last = await publishing;
        Assert.Equal($"Number {last}", await SubjectAsync(api, await api.AcceptAsync(Send(new JsonObject(), "numbered"))));
        foreach (var id in ids)
        {
            var message = (await api.GetAsync($"/v1/messages/{id}")).Body!;
            var number = message["template"]!["version"]!.GetValue<int>();
            Assert.Equal($"Number {number}", message["subject"]!.GetValue<string>());
            Assert.Equal(
                $"Number {number}", (await api.GetAsync($"/v1/messages/{id}/content")).Body!["text"]!.GetValue<string>().TrimEnd());
        }
    }

    [Fact]
    public async Task Hostile_templates_do_not_hurt_the_service()
    {
        using var api = await ProjectAsync();
        var rows = await File.ReadAllLinesAsync(TestData.Require("hostile-templates.jsonl"), TestContext.Current.CancellationToken);
        for (var i = 0; i < rows.Length; i++)
        {
            var (template, model) = Row(rows[i]);
            var made = await api.PostTextAsync(
                "/v1/templates", $$"""{"slug":"hostile{{i}}","subject":"s","html":{{template}},"publish":false}""");
            if (made.Status == 201)
            {
                var rendered = await api.PostTextAsync($"/v1/templates/hostile{i}/render", $$"""{"version":1,"data":{{model}}}""");
                Assert.True(rendered.Status is 200 or 422 or 400, $"{rows[i]}: {rendered.Status} {rendered.Body}");
            }
            else
            {
                Assert.True(made.Status is 422 or 400, $"{rows[i]}: {made.Status} {made.Body}");
            }
        }

        Assert.Equal(202, (await api.PostAsync("/v1/messages", ApiClient.Message())).Status);
    }

    [Fact]
    public async Task A_check_tells_what_a_send_would_make_and_warns()
    {
        using var api = await ProjectAsync();
        await MakeAsync(api, Order());
        var answer = (await api.PostAsync("/v1/messages/validate", Send(Data()))).Body!;

        Assert.Equal("Order A1, Ann", answer["subject"]!.GetValue<string>());
        Assert.Equal(1, answer["template"]!["version"]!.GetValue<int>());
        Assert.Equal(["missing_text"], answer["warnings"]!.AsArray().Select(w => w!["code"]!.GetValue<string>()));
        var rendered = (await api.PostAsync("/v1/templates/order/render", new JsonObject { ["data"] = Data() })).Body!;
        foreach (var part in new[] { "subject", "html", "text", "warnings" })
        {
            Assert.True(JsonNode.DeepEquals(answer[part], rendered[part]), $"{part}: {answer[part]} and {rendered[part]}");
        }

        using var page = new HttpRequestMessage(HttpMethod.Post, "/v1/messages/validate") { Content = JsonContent.Create(Send(Data())) };
        page.Headers.Accept.ParseAdd("text/html,application/xhtml+xml,*/*;q=0.8");
        using var shown = await api.Http.SendAsync(page, TestContext.Current.CancellationToken);
        Assert.Equal("text/html", shown.Content.Headers.ContentType!.MediaType);
        Assert.Equal(answer["html"]!.GetValue<string>(), await shown.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        var id = await api.AcceptAsync(Send(Data()));
        Assert.Equal(answer["size"]!.GetValue<int>(), (await api.GetAsync($"/v1/messages/{id}")).Body!["size"]!.GetValue<int>());
    }

    private Task<ApiClient> ProjectAsync() => service.NewProjectAsync("send", "read", "templates");

    private static async Task<int> PublishAsync(ApiClient api, int versions, CancellationTokenSource ended)
    {
        var last = 1;
        for (var i = 0; i < versions; i++)
        {
            var next = Numbered(last + 1);
            next.Remove("slug");
            next["publish"] = true;
            last = (await api.PostAsync("/v1/templates/numbered/versions", next)).Body!["version"]!.GetValue<int>();
        }

        await ended.CancelAsync();
        return last;
    }

    /// <summary>A row of hostile-templates.jsonl: the source and the data, as JSON texts.</summary>
    private static (string Template, string Model) Row(string line)
    {
        using var row = JsonDocument.Parse(line);
        return (row.RootElement.GetProperty("template").GetRawText(), row.RootElement.GetProperty("model").GetRawText());
    }

    private static JsonObject Numbered(int number) =>
        new() { ["slug"] = "numbered", ["subject"] = $"Number {number}", ["text"] = $"Number {number}" };

    private static JsonObject Order() => new()
    {
        ["slug"] = "order",
        ["subject"] = "Order {{ id }}, {{ user.name }}",
        ["html"] = "<style>td { color: #036 }</style><table>{% for item in items %}<tr><td>{{ item.name }}</td>"
            + "<td>{{ item.price | money: 'EUR' }}</td></tr>{% endfor %}</table>",
        ["headers"] = new JsonObject { ["X-Order"] = "{{ id }}" },
    };

    private static JsonObject Data() => JsonNode.Parse(
        """{"id":"A1","user":{"name":"Ann"},"items":[{"name":"Tea & more","price":4.5}]}""")!.AsObject();

    private static JsonObject Send(JsonNode data, string template = "order") => new()
    {
        ["from"] = "hello@acme.example",
        ["to"] = "ann@example.net",
        ["template"] = new JsonObject { ["id"] = template, ["data"] = data.DeepClone() },
    };

    private static async Task<string> SubjectAsync(ApiClient api, string id) =>
        (await api.GetAsync($"/v1/messages/{id}")).Body!["subject"]!.GetValue<string>();

    private static async Task<JsonNode> MakeAsync(ApiClient api, JsonObject template)
    {
        var made = await api.PostAsync("/v1/templates", template);
        Assert.True(made.Status == 201, $"{made.Status}: {made.Body}");
        return made.Body!;
    }
}

public sealed class SqliteSendByTemplateTests(SqliteCapture service) : SendByTemplateTests(service);

public sealed class PostgresSendByTemplateTests(PostgresCapture service) : SendByTemplateTests(service);
