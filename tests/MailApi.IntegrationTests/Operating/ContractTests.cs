using System.Text.Json.Nodes;
using MailApi.IntegrationTests.Running;

namespace MailApi.IntegrationTests.Operating;

/// <summary>The document that is served, the one that is checked in, and what the service does.</summary>
public sealed class ContractTests(SqliteCapture service)
{
    [Fact]
    public async Task The_checked_in_document_is_the_one_that_is_served()
    {
        using var client = service.Process.CreateClient(key: null);
        var served = await client.GetStringAsync("/openapi.yaml");
        var checkout = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(checkout.FullName, "MailApi.sln")))
        {
            checkout = checkout.Parent!;
        }

        var file = await File.ReadAllTextAsync(Path.Combine(checkout.FullName, "openapi.yaml"));
        Assert.Equal(file.TrimEnd(), served.ReplaceLineEndings("\n").TrimEnd());
    }

    [Fact]
    public async Task The_documentation_is_there()
    {
        using var client = service.Process.CreateClient(key: null);

        Assert.Contains("swagger-ui", await client.GetStringAsync("/docs/index.html"), StringComparison.Ordinal);
        Assert.StartsWith("3.1", (await DocumentAsync())["openapi"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("subject", "maxLength", 998)]
    [InlineData("html", "maxLength", 5 << 20)]
    [InlineData("text", "maxLength", 5 << 20)]
    [InlineData("attachments", "maxItems", 20)]
    [InlineData("tags", "maxItems", 10)]
    [InlineData("metadata", "maxProperties", 20)]
    [InlineData("headers", "maxProperties", 50)]
    public async Task Limits_of_the_schema_are_those_of_the_validators(string field, string keyword, int limit)
    {
        foreach (var name in new[] { "SendMessageRequest", "BatchMessageRequest" })
        {
            var schema = (await DocumentAsync())["components"]!["schemas"]![name]!["properties"]![field]!;
            Assert.Equal(limit, schema[keyword]!.GetValue<int>());
        }

        // What the schema allows is accepted, one more is not.
        using var api = await service.NewProjectAsync();
        Assert.Equal(200, (await api.PostAsync("/v1/messages/validate", WithField(field, limit))).Status);
        var refused = await api.PostAsync("/v1/messages/validate", WithField(field, limit + 1));
        Assert.Equal(422, refused.Status);
        Assert.Contains($"/{field}", refused.Pointers);
    }

    [Fact]
    public async Task Every_operation_has_a_summary_an_id_and_its_errors_and_every_body_an_example()
    {
        var document = await DocumentAsync();
        foreach (var (path, item) in document["paths"]!.AsObject())
        {
            foreach (var (method, operation) in item!.AsObject())
            {
                var name = $"{method} {path}";
                Assert.True(operation!["summary"] is not null, name);
                Assert.True(operation["operationId"] is not null, name);
                if (!path.StartsWith("/v1", StringComparison.Ordinal))
                {
                    continue;
                }

                var responses = operation["responses"]!.AsObject();
                var takesKey = operation["security"]!.AsArray().Count > 0;
                Assert.True(responses.ContainsKey("401"), name);
                Assert.True(!takesKey || (responses.ContainsKey("403") && responses.ContainsKey("429")), name);
                Assert.True(responses.Any(r => r.Key.StartsWith('2')), name);
                if (operation["requestBody"] is { } body)
                {
                    var (kind, media) = body["content"]!.AsObject().First();
                    Assert.True(media!["example"] is not null, name);
                    Assert.True(responses.ContainsKey("400"), name);
                    Assert.True(responses.ContainsKey("422") || kind != "application/json", name);
                }
            }
        }
    }

    private static JsonObject WithField(string field, int count)
    {
        var message = ApiClient.Message();
        message[field] = field switch
        {
            "tags" => new JsonArray([.. Enumerable.Range(0, count).Select(i => JsonValue.Create($"t{i}"))]),
            "attachments" => new JsonArray([.. Enumerable.Range(0, count)
                .Select(i => new JsonObject { ["filename"] = $"f{i}", ["content"] = "aGk=" })]),
            "metadata" => new JsonObject(Enumerable.Range(0, count).Select(i => KeyValuePair.Create($"m{i}", (JsonNode?)"v"))),
            "headers" => new JsonObject(Enumerable.Range(0, count).Select(i => KeyValuePair.Create($"X-{i}", (JsonNode?)"v"))),
            _ => new string('x', count),
        };
        return message;
    }

    private async Task<JsonNode> DocumentAsync()
    {
        using var client = service.Process.CreateClient(key: null);
        return JsonNode.Parse(await client.GetStringAsync("/openapi.json"))!;
    }
}
