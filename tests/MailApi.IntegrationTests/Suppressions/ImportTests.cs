using System.Text;
using System.Text.Json.Nodes;
using MailApi.IntegrationTests.Running;

namespace MailApi.IntegrationTests.Suppressions;

/// <summary>Lists come in and go out as files, and every change is an event.</summary>
public abstract class ImportTests(CaptureService service)
{
    private const string Path = "/v1/suppressions/import";

    [Fact]
    public async Task A_file_is_taken_line_by_line_and_says_what_it_did_not_take()
    {
        using var api = await service.NewProjectAsync();
        await api.PostAsync("/v1/suppressions", new JsonObject { ["email"] = "same@example.net", ["reason"] = "complaint" });
        await api.PostAsync("/v1/suppressions", new JsonObject { ["email"] = "other@example.net", ["reason"] = "manual" });

        var done = await ImportAsync(api, """
            email,reason,expires_at
            New@Example.net,unsubscribe,
            "quoted,one"@example.net,hard_bounce,
            "not.quoted@example.net",,2199-01-01T00:00:00Z
            no address,manual,
            a@example.net,boredom,
            b@example.net,manual,2001-01-01T00:00:00Z
            c@example.net,manual,soon
            same@example.net,complaint,
            other@example.net,soft_bounce,
            """);

        Assert.Equal(
            (9, 9, 2, 1, 1, 5),
            (Int(done, "total"), Int(done, "processed"), Int(done, "added"), Int(done, "updated"), Int(done, "unchanged"), Int(done, "failed")));
        Assert.Equal(
            [(3, "invalid_address"), (5, "invalid_address"), (6, "unknown_value"), (7, "in_the_past"), (8, "invalid_time")],
            done["errors"]!.AsArray().Select(e => (Int(e!, "line"), e!["code"]!.GetValue<string>())));
        var added = (await api.GetAsync("/v1/suppressions/new@example.net")).Body!;
        Assert.Equal(("unsubscribe", "import"), (added["reason"]!.GetValue<string>(), added["source"]!.GetValue<string>()));
        Assert.Equal("manual", (await api.GetAsync("/v1/suppressions/not.quoted@example.net")).Body!["reason"]!.GetValue<string>());

        // Two by hand, two new ones and the one that has changed; nothing for the one that has not.
        var events = await api.WaitForEventsAsync(5, "/v1/events?type=suppression.created&limit=100");
        Assert.Equal(
            ["other@example.net:manual", "other@example.net:soft_bounce", "same@example.net:complaint"],
            events.Select(e => $"{e!["data"]!["recipient"]}:{e["data"]!["reason"]}")
                .Where(e => e.StartsWith('o') || e.StartsWith('s')).Order());
        Assert.Equal(5, events.Count);
    }

    [Fact]
    public async Task What_is_exported_can_be_imported_elsewhere()
    {
        using var one = await service.NewProjectAsync();
        using var two = await service.NewProjectAsync();
        await ImportAsync(one, string.Join('\n', Enumerable.Range(0, 1_200).Select(i => $"ann{i}@example.net")));
        await one.PostAsync("/v1/suppressions", new JsonObject { ["email"] = "bob@example.net", ["reason"] = "complaint" });

        var file = await ExportAsync(one, "");
        Assert.Equal("email,reason,source,message_id,created_at,expires_at", file[0]);
        Assert.Equal(1_201, file.Length - 1);
        Assert.StartsWith("bob@example.net,complaint,api,,", Assert.Single((await ExportAsync(one, "?reason=complaint"))[1..]), StringComparison.Ordinal);

        var done = await ImportAsync(two, string.Join("\r\n", file));
        Assert.Equal((1_201, 1_201, 0), (Int(done, "total"), Int(done, "added"), Int(done, "failed")));
        Assert.Equal(file.Select(Meaning), (await ExportAsync(two, "")).Select(Meaning).OrderBy(m => Array.IndexOf([.. file.Select(Meaning)], m)));
        Assert.Equal(0, Int(await ImportAsync(two, string.Join("\r\n", file)), "updated"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("name,reason\nann@example.net,manual\n")]
    [InlineData("email,reason\n")]
    public async Task A_file_without_addresses_is_refused(string csv)
    {
        using var api = await service.NewProjectAsync();
        var answer = await PostAsync(api, csv);

        Assert.Equal((422, "invalid_csv"), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task An_import_is_the_projects_own_and_needs_the_scope()
    {
        using var api = await service.NewProjectAsync();
        using var stranger = await service.NewProjectAsync();
        using var sender = await service.NewProjectAsync("send", "read");
        var done = await ImportAsync(api, "ann@example.net");

        Assert.Equal(404, (await stranger.GetAsync($"/v1/suppressions/imports/{done["id"]}")).Status);
        Assert.Equal(404, (await stranger.GetAsync("/v1/suppressions/ann@example.net")).Status);
        Assert.Equal(403, (await PostAsync(sender, "ann@example.net")).Status);
        Assert.Equal(403, (await sender.GetAsync("/v1/suppressions/export")).Status);
        Assert.Equal(415, (await api.PostTextAsync(Path, "{}")).Status);
    }

    [Fact]
    public async Task A_changed_reason_is_an_event_and_the_same_again_is_none()
    {
        using var api = await service.NewProjectAsync();
        foreach (var reason in (string[])["manual", "manual", "unsubscribe"])
        {
            await api.PostAsync("/v1/suppressions", new JsonObject { ["email"] = "ann@example.net", ["reason"] = reason });
        }

        await api.SendAsync(HttpMethod.Delete, "/v1/suppressions/ann@example.net");
        var events = await api.WaitForEventsAsync(3);
        Assert.Equal(
            ["suppression.created manual", "suppression.created unsubscribe", "suppression.deleted unsubscribe"],
            events.Select(e => $"{e!["type"]} {e["data"]!["reason"]}"));
    }

    internal static async Task<JsonNode> ImportAsync(ApiClient api, string csv)
    {
        var taken = await PostAsync(api, csv);
        Assert.True(taken.Status == 202, $"{taken.Status}: {taken.Body}");
        return await WaitAsync(api, taken.Response.Headers.Location!.ToString());
    }

    internal static async Task<Answer> PostAsync(ApiClient api, string csv)
    {
        using var content = new StringContent(csv, Encoding.UTF8, "text/csv");
        var response = await api.Http.PostAsync(Path, content);
        return new Answer((int)response.StatusCode, response, JsonNode.Parse(await response.Content.ReadAsStringAsync()));
    }

    internal static async Task<JsonNode> WaitAsync(ApiClient api, string location)
    {
        for (var i = 0; i < 1_500; i++)
        {
            var import = (await api.GetAsync(location)).Body!;
            if (import["status"]!.GetValue<string>() == "completed")
            {
                return import;
            }

            await Task.Delay(20);
        }

        throw new TimeoutException($"{(await api.GetAsync(location)).Body}");
    }

    internal static int Int(JsonNode node, string name) => node[name]!.GetValue<int>();

    private static async Task<string[]> ExportAsync(ApiClient api, string query) =>
        (await api.Http.GetStringAsync($"/v1/suppressions/export{query}")).TrimEnd().Split("\r\n");

    /// <summary>Without where it came from and when.</summary>
    private static string Meaning(string line) => string.Join(',', line.Split(',').Take(2));
}

public sealed class SqliteImportTests(SqliteCapture service) : ImportTests(service);

public sealed class PostgresImportTests(PostgresCapture service) : ImportTests(service);

public sealed class InterruptedImportTests
{
    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task A_kill_in_the_middle_loses_and_repeats_nothing(string provider)
    {
        const int count = 20_000;
        await using var service = await ServiceProcess.StartAsync(provider);
        using var api = new ApiClient(service.CreateClient());
        var taken = await ImportTests.PostAsync(
            api, string.Join('\n', Enumerable.Range(0, count).Select(i => $"ann{i}@example.net")));
        var location = taken.Response.Headers.Location!.ToString();
        var seen = taken.Body!;
        while (ImportTests.Int(seen, "processed") == 0)
        {
            await Task.Delay(5);
            seen = (await api.GetAsync(location)).Body!;
        }

        await service.KillAsync();
        Assert.InRange(ImportTests.Int(seen, "processed"), 1, count - 1);
        Assert.Equal(ImportTests.Int(seen, "processed"), ImportTests.Int(seen, "added"));
        await service.StartAgainAsync();

        var done = await ImportTests.WaitAsync(api, location);
        Assert.Equal((count, count, 0), (
            ImportTests.Int(done, "processed"), ImportTests.Int(done, "added"), ImportTests.Int(done, "updated")));
        Assert.Equal(count + 1, (await api.Http.GetStringAsync("/v1/suppressions/export")).TrimEnd().Split("\r\n").Length);
    }
}
