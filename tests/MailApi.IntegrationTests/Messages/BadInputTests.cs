using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using MailApi.IntegrationTests.Running;

namespace MailApi.IntegrationTests.Messages;

/// <summary>Whatever is wrong is said at the door, with a pointer, and nothing is queued.</summary>
public sealed class BadInputTests(SqliteCapture service)
{
    [Theory]
    [InlineData("", "invalid_json", "")]
    [InlineData("{", "invalid_json", "")]
    [InlineData("[]", "wrong_type", "")]
    [InlineData("{}", "missing_field", "")]
    [InlineData("""{"from":"a@x.example","to":"b@x.example","subject":"s","text":"t","color":"red"}""", "unknown_field", "/color")]
    [InlineData("""{"from":"a@x.example","to":"b@x.example","subject":"s","text":"t","text":"u"}""", "duplicate_field", "/text")]
    [InlineData("""{"from":null,"to":"b@x.example","subject":"s","text":"t"}""", "wrong_type", "/from")]
    [InlineData("""{"from":"a@x.example","to":["b@x.example",null],"subject":"s","text":"t"}""", "wrong_type", "/to/1")]
    [InlineData("""{"from":"a@x.example","to":"b@x.example","subject":7,"text":"t"}""", "wrong_type", "/subject")]
    [InlineData("""{"from":"a@x.example","to":"b@x.example","subject":"s","text":"t","tags":[null]}""", "wrong_type", "/tags/0")]
    [InlineData("""{"from":"a@x.example","to":"b@x.example","subject":"s","text":"t","metadata":{"a":1}}""", "wrong_type", "/metadata/a")]
    [InlineData("""{"from":"a@x.example","to":"b@x.example","subject":"s","text":"t","send_at":"tomorrow"}""", "wrong_type", "/send_at")]
    public async Task What_cannot_be_bound_is_400(string body, string code, string pointer)
    {
        using var api = await service.NewProjectAsync();
        var answer = await api.PostTextAsync("/v1/messages", body);

        Assert.Equal(400, answer.Status);
        Assert.Equal("application/problem+json", answer.Response.Content.Headers.ContentType!.MediaType);
        Assert.True(answer.Code == code, $"{answer.Code}: {answer.Body}");
        Assert.True(pointer.Length == 0 || answer.Pointers.Contains(pointer), $"{answer.Body}");
        await NothingIsQueuedAsync(api);
    }

    [Theory]
    [InlineData("from", "\"not an address\"", "/from")]
    [InlineData("to", "[]", "/to")]
    [InlineData("to", "\"a@x.example, b@x.example\"", "/to")]
    [InlineData("cc", "[\"a@x.example\",\"nobody\"]", "/cc/1")]
    [InlineData("subject", "\"a\\r\\nBcc: x@y.example\"", "/subject")]
    [InlineData("priority", "\"urgent\"", "/priority")]
    [InlineData("tags", "[\"\"]", "/tags/0")]
    [InlineData("headers", "{\"Bcc\":\"x@y.example\"}", "/headers/Bcc")]
    [InlineData("headers", "{\"X-A\":\"a\\nb\"}", "/headers/X-A")]
    [InlineData("attachments", "[{\"filename\":\"a\",\"content\":\"***\"}]", "/attachments/0/content")]
    [InlineData("attachments", "[{\"filename\":\"a\",\"content\":\"\",\"content_type\":\"pdf\"}]", "/attachments/0/content_type")]
    [InlineData("metadata", "{\"a/b\":\"\\u0000\"}", "/metadata/a~1b")]
    [InlineData("raw", "\"aGk=\"", "/raw")]
    public async Task What_is_not_acceptable_is_422(string field, string value, string pointer)
    {
        using var api = await service.NewProjectAsync();
        var message = ApiClient.Message();
        message[field] = JsonNode.Parse(value);
        var answer = await api.PostAsync("/v1/messages", message);

        Assert.True(answer.Status == 422, $"{answer.Status} {answer.Body}");
        Assert.True(answer.Pointers.Contains(pointer), $"{answer.Body}");
        await NothingIsQueuedAsync(api);
    }

    [Fact]
    public async Task Every_limit_is_a_422()
    {
        using var api = await service.NewProjectAsync();
        (string Field, JsonNode Value)[] cases =
        [
            ("to", new JsonArray([.. Enumerable.Range(0, 51).Select(i => JsonValue.Create($"a{i}@x.example"))])),
            ("subject", new string('s', 999)),
            ("tags", new JsonArray([.. Enumerable.Range(0, 11).Select(i => JsonValue.Create($"t{i}"))])),
            ("tags", new JsonArray(new string('t', 65))),
            ("metadata", new JsonObject(Enumerable.Range(0, 21).Select(i => KeyValuePair.Create($"m{i}", (JsonNode?)"v")))),
            ("metadata", new JsonObject { [new string('n', 41)] = "v" }),
            ("metadata", new JsonObject { ["n"] = new string('v', 501) }),
            ("headers", new JsonObject(Enumerable.Range(0, 51).Select(i => KeyValuePair.Create($"X-{i}", (JsonNode?)"v")))),
            ("headers", new JsonObject { ["X-A"] = new string('v', 999) }),
            ("text", new string('t', (5 << 20) + 1)),
            ("attachments", new JsonArray([.. Enumerable.Range(0, 21).Select(i => new JsonObject { ["filename"] = "f", ["content"] = "" })])),
        ];
        foreach (var (field, value) in cases)
        {
            var message = ApiClient.Message();
            message[field] = value;
            var answer = await api.PostAsync("/v1/messages", message);
            Assert.True(answer.Status == 422 && answer.Pointers.Any(p => p.StartsWith($"/{field}", StringComparison.Ordinal)),
                $"{field}: {answer.Status} {answer.Body}");
        }

        await NothingIsQueuedAsync(api);
    }

    [Fact]
    public async Task A_refused_body_queues_nothing_and_the_framework_speaks_problem_json()
    {
        using var api = await service.NewProjectAsync();
        using var text = new StringContent("from=a", Encoding.UTF8, "text/plain");
        using var wrongType = await api.Http.PostAsync("/v1/messages", text);
        Assert.Equal(415, (int)wrongType.StatusCode);
        Assert.Equal("application/problem+json", wrongType.Content.Headers.ContentType!.MediaType);

        foreach (var (method, path, status) in new[] { (HttpMethod.Delete, "/v1/messages", 405), (HttpMethod.Get, "/v1/nowhere", 404) })
        {
            var answer = await api.SendAsync(method, path);
            Assert.Equal(status, answer.Status);
            Assert.Equal("application/problem+json", answer.Response.Content.Headers.ContentType!.MediaType);
            Assert.NotEmpty(answer.Body!["request_id"]!.GetValue<string>());
            Assert.True(answer.Response.Headers.Contains("X-Request-Id"));
        }

        await NothingIsQueuedAsync(api);
    }

    [Fact]
    public async Task Keys_are_needed_and_scopes_hold()
    {
        using var anonymous = new ApiClient(service.Process.CreateClient(key: null));
        Assert.Equal(401, (await anonymous.PostAsync("/v1/messages", ApiClient.Message())).Status);
        using var wrong = new ApiClient(service.Process.CreateClient(ServiceProcess.AdminKey[..^1] + "0"));
        Assert.Equal(401, (await wrong.GetAsync("/v1/messages")).Status);
        using var reader = await service.NewProjectAsync("read");
        var refused = await reader.PostAsync("/v1/messages", ApiClient.Message());
        Assert.Equal((403, "missing_scope"), (refused.Status, refused.Code));
    }

    [Fact]
    public async Task No_field_lets_a_header_or_a_recipient_in()
    {
        var path = TestData.Require("header-injection.jsonl");
        using var api = await service.NewProjectAsync();
        foreach (var line in await File.ReadAllLinesAsync(path))
        {
            using var row = JsonDocument.Parse(line);
            var field = row.RootElement.GetProperty("field").GetString()!;
            var value = row.RootElement.GetProperty("value").GetString()!;
            var answer = await api.PostAsync("/v1/messages", Injections.Message(field, value));

            Assert.True(answer.Status is 202 or (>= 400 and < 500), $"{answer.Status} for {line}");
            if (answer.Status == 202)
            {
                await Injections.AssertHarmlessAsync(api, answer.Body!["id"]!.GetValue<string>(), line);
            }
        }
    }

    [Fact]
    public async Task Plain_addresses_are_accepted_and_bad_ones_refused()
    {
        var rows = TestData.Rows("addresses.tsv").ToList();
        using var api = await service.NewProjectAsync();
        var accepted = 0;
        List<string> failures = [];
        foreach (var row in rows)
        {
            // As text: some rows are no strings that .NET could hold.
            var answer = await api.PostTextAsync(
                "/v1/messages/validate",
                $$"""{"from":"hello@acme.example","to":{"email":{{row[0]}}},"subject":"Hello","text":"Hi"}""");
            Assert.True(answer.Status is 200 or 422 or 400, $"{answer.Status} for {row[0]}");
            if (row[1] == "invalid" && answer.Status == 200)
            {
                accepted++;
            }

            if (row.ElementAtOrDefault(2) == "plain" && answer.Status != 200)
            {
                failures.Add(row[0]);
            }
        }

        Assert.Empty(failures);
        Assert.True(accepted <= rows.Count(r => r[1] == "invalid") / 100, $"{accepted} invalid addresses were accepted");
    }

    private static async Task NothingIsQueuedAsync(ApiClient api) =>
        Assert.Empty((await api.GetAsync("/v1/messages")).Body!["data"]!.AsArray());
}
