using System.Globalization;
using System.Text.Json.Nodes;
using MailApi.IntegrationTests.Running;

namespace MailApi.IntegrationTests.ApiKeys;

public abstract class ApiKeyTests(CaptureService service)
{
    [Fact]
    public async Task A_key_is_shown_once_and_works()
    {
        using var api = await service.NewProjectAsync();
        var made = await MakeAsync(api, new JsonObject { ["name"] = "shop", ["scopes"] = new JsonArray("send") });
        var key = made["key"]!.GetValue<string>();

        Assert.Matches("^mk_live_[0-9a-z]{26}_[0-9a-z]{52}$", key);
        Assert.StartsWith(made["prefix"]!.GetValue<string>(), key, StringComparison.Ordinal);
        var shown = (await api.GetAsync($"/v1/api-keys/{made["id"]}")).Body!.AsObject();
        Assert.False(shown.ContainsKey("key"));
        Assert.DoesNotContain(key[^52..], (await api.GetAsync("/v1/api-keys")).Body!.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal(202, (await ClientOf(key).PostAsync("/v1/messages", ApiClient.Message())).Status);
    }

    [Fact]
    public async Task A_rotated_key_works_in_both_forms_until_the_overlap_ends()
    {
        using var api = await service.NewProjectAsync();
        var made = await MakeAsync(api, new JsonObject { ["name"] = "shop", ["scopes"] = new JsonArray("read") });
        var old = made["key"]!.GetValue<string>();
        var rotated = (await api.PostAsync($"/v1/api-keys/{made["id"]}/rotate")).Body!["key"]!.GetValue<string>();

        Assert.NotEqual(old, rotated);
        Assert.Equal(200, (await ClientOf(old).GetAsync("/v1/messages")).Status);
        Assert.Equal(200, (await ClientOf(rotated).GetAsync("/v1/messages")).Status);

        var again = await api.PostAsync($"/v1/api-keys/{made["id"]}/rotate", new JsonObject { ["overlap_seconds"] = 0 });
        Assert.Equal(401, (await ClientOf(rotated).GetAsync("/v1/messages")).Status);
        Assert.Equal(200, (await ClientOf(again.Body!["key"]!.GetValue<string>()).GetAsync("/v1/messages")).Status);
    }

    [Fact]
    public async Task A_revoked_and_an_expired_key_are_refused()
    {
        using var api = await service.NewProjectAsync();
        var made = await MakeAsync(api, new JsonObject { ["name"] = "shop", ["scopes"] = new JsonArray("read") });
        using var client = ClientOf(made["key"]!.GetValue<string>());
        Assert.Equal(200, (await client.GetAsync("/v1/messages")).Status);
        Assert.Equal(204, (await api.SendAsync(HttpMethod.Delete, $"/v1/api-keys/{made["id"]}")).Status);
        Assert.Equal("invalid_api_key", (await client.GetAsync("/v1/messages")).Code);

        var soon = (DateTimeOffset.UtcNow + TimeSpan.FromSeconds(1)).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        var brief = await MakeAsync(api, new JsonObject { ["name"] = "brief", ["scopes"] = new JsonArray("read"), ["expires_at"] = soon });
        using var expiring = ClientOf(brief["key"]!.GetValue<string>());
        while ((await expiring.GetAsync("/v1/messages")) is { Status: 200 })
        {
            await Task.Delay(50);
        }

        Assert.Equal("api_key_expired", (await expiring.GetAsync("/v1/messages")).Code);
    }

    [Fact]
    public async Task Limits_of_a_key_hold()
    {
        using var api = await service.NewProjectAsync();
        var from = await MakeAsync(api, new JsonObject
        {
            ["name"] = "from",
            ["scopes"] = new JsonArray("send"),
            ["allowed_from"] = new JsonArray("acme.example", "only@other.example"),
        });
        using var sender = ClientOf(from["key"]!.GetValue<string>());
        async Task<string> SendFromAsync(string address)
        {
            var message = ApiClient.Message();
            message["from"] = address;
            var answer = await sender.PostAsync("/v1/messages", message);
            return answer.Status == 202 ? "ok" : answer.Code;
        }

        Assert.Equal("ok", await SendFromAsync("any@ACME.example"));
        Assert.Equal("ok", await SendFromAsync("only@other.example"));
        Assert.Equal("from_not_allowed", await SendFromAsync("another@other.example"));
        Assert.Equal("from_not_allowed", await SendFromAsync("a@sub.acme.example"));

        var elsewhere = await MakeAsync(api, new JsonObject
        {
            ["name"] = "ip",
            ["scopes"] = new JsonArray("read"),
            ["allowed_ips"] = new JsonArray("192.0.2.0/24"),
        });
        Assert.Equal("ip_not_allowed", (await ClientOf(elsewhere["key"]!.GetValue<string>()).GetAsync("/v1/messages")).Code);
    }

    [Fact]
    public async Task A_rate_limit_is_told_in_headers()
    {
        using var api = await service.NewProjectAsync();
        var made = await MakeAsync(api, new JsonObject
        {
            ["name"] = "slow",
            ["scopes"] = new JsonArray("read"),
            ["rate_limit"] = new JsonObject { ["limit"] = 2, ["window"] = 3600 },
        });
        using var client = ClientOf(made["key"]!.GetValue<string>());
        var first = await client.GetAsync("/v1/messages");
        await client.GetAsync("/v1/messages");
        var third = await client.GetAsync("/v1/messages");

        Assert.Equal("\"default\";q=2;w=3600", Assert.Single(first.Response.Headers.GetValues("RateLimit-Policy")));
        Assert.StartsWith("\"default\";r=1;t=", Assert.Single(first.Response.Headers.GetValues("RateLimit")), StringComparison.Ordinal);
        Assert.Equal((429, "rate_limited"), (third.Status, third.Code));
        Assert.InRange(third.Response.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 3600);
    }

    [Fact]
    public async Task Nobody_makes_a_key_with_more_than_their_own()
    {
        using var api = await service.NewProjectAsync("keys", "read");
        async Task<int> MakeStatusAsync(JsonObject body) => (await api.PostAsync("/v1/api-keys", body)).Status;

        Assert.Equal(403, await MakeStatusAsync(new JsonObject { ["name"] = "x", ["scopes"] = new JsonArray("send") }));
        Assert.Equal(403, await MakeStatusAsync(new JsonObject { ["name"] = "x", ["scopes"] = new JsonArray("admin") }));
        Assert.Equal(201, await MakeStatusAsync(new JsonObject { ["name"] = "x", ["scopes"] = new JsonArray("read") }));
        Assert.Equal(422, await MakeStatusAsync(new JsonObject { ["name"] = "x", ["scopes"] = new JsonArray("fly") }));
        Assert.Equal(422, await MakeStatusAsync(new JsonObject { ["name"] = "x", ["scopes"] = new JsonArray("read"), ["project_id"] = "prj_01jd9zt6x7f8k9m2n3p4q5r6s7" }));
        Assert.Equal(403, (await api.GetAsync("/v1/projects")).Status);
    }

    [Fact]
    public async Task Another_projects_key_and_suppression_are_unknown()
    {
        using var mine = await service.NewProjectAsync();
        using var other = await service.NewProjectAsync();
        var made = await MakeAsync(mine, new JsonObject { ["name"] = "x", ["scopes"] = new JsonArray("read") });
        await mine.PostAsync("/v1/suppressions", new JsonObject { ["email"] = "gone@example.net" });

        Assert.Equal(404, (await other.GetAsync($"/v1/api-keys/{made["id"]}")).Status);
        Assert.Equal(404, (await other.SendAsync(HttpMethod.Delete, $"/v1/api-keys/{made["id"]}")).Status);
        Assert.Equal(404, (await other.PostAsync($"/v1/api-keys/{made["id"]}/rotate")).Status);
        Assert.Equal(404, (await other.GetAsync("/v1/suppressions/gone@example.net")).Status);
        Assert.Equal(404, (await other.SendAsync(HttpMethod.Delete, "/v1/suppressions/gone@example.net")).Status);
        Assert.Equal(200, (await mine.GetAsync("/v1/suppressions/gone@EXAMPLE.net")).Status);
    }

    [Fact]
    public async Task A_suppression_lives_and_goes_with_its_events()
    {
        using var api = await service.NewProjectAsync();
        var list = await api.PostAsync("/v1/suppressions", new JsonArray(
            new JsonObject { ["email"] = "a@bücher.example" },
            new JsonObject { ["email"] = "b@example.net", ["reason"] = "complaint" }));
        Assert.Equal(201, list.Status);
        Assert.Equal("complaint", (await api.GetAsync("/v1/suppressions?reason=complaint")).Body!["data"]![0]!["reason"]!.GetValue<string>());
        Assert.Equal("manual", (await api.GetAsync("/v1/suppressions/a@xn--bcher-kva.example")).Body!["reason"]!.GetValue<string>());
        Assert.Equal(204, (await api.SendAsync(HttpMethod.Delete, "/v1/suppressions/A@b%C3%BCcher.example")).Status);
        Assert.Equal(404, (await api.GetAsync("/v1/suppressions/a@bücher.example")).Status);
        Assert.Equal(
            ["suppression.created", "suppression.created", "suppression.deleted"],
            (await api.WaitForEventsAsync(3)).Select(e => e["type"]!.GetValue<string>()));
        Assert.Equal(422, (await api.PostAsync("/v1/suppressions", new JsonObject { ["email"] = "nobody" })).Status);
    }

    [Fact]
    public async Task A_project_goes_when_it_is_empty()
    {
        using var admin = service.Admin();
        var made = await admin.PostAsync("/v1/projects", new JsonObject { ["name"] = "brief" });
        var path = $"/v1/projects/{made.Body!["id"]}";
        var renamed = await admin.SendAsync(HttpMethod.Patch, path, new JsonObject { ["name"] = "renamed" });
        Assert.Equal("renamed", renamed.Body!["name"]!.GetValue<string>());
        await admin.PostAsync("/v1/api-keys", new JsonObject
        {
            ["name"] = "x",
            ["scopes"] = new JsonArray("read"),
            ["project_id"] = made.Body["id"]!.GetValue<string>(),
        });
        Assert.Equal((409, "project_not_empty"), await CodeAsync(admin.SendAsync(HttpMethod.Delete, path)));
    }

    private static async Task<(int, string)> CodeAsync(Task<Answer> answer) => ((await answer).Status, (await answer).Code);

    private static async Task<JsonNode> MakeAsync(ApiClient api, JsonObject body)
    {
        var answer = await api.PostAsync("/v1/api-keys", body);
        Assert.True(answer.Status == 201, $"{answer.Body}");
        return answer.Body!;
    }

    private ApiClient ClientOf(string key) => new(service.Process.CreateClient(key));
}

public sealed class SqliteApiKeyTests(SqliteCapture service) : ApiKeyTests(service);

public sealed class PostgresApiKeyTests(PostgresCapture service) : ApiKeyTests(service);
