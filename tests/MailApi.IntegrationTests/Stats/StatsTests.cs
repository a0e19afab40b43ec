using System.Text.Json.Nodes;
using MailApi.IntegrationTests.Running;

namespace MailApi.IntegrationTests.Stats;

/// <summary>What happened is counted at once, in every grouping, for its own project alone.</summary>
public abstract class StatsTests(CaptureService service)
{
    private static readonly string[] Counters =
        ["accepted", "recipients", "delivered", "deferred", "bounced", "failed", "suppressed", "complained"];

    [Fact]
    public async Task Everything_is_counted_in_every_grouping()
    {
        using var api = await service.NewProjectAsync();
        using var other = await service.NewProjectAsync();
        await SendAsync(api, ["delivered@sandbox.test", "ann@example.net"], "a", "b");
        await SendAsync(api, ["bounced@sandbox.test"], "a");
        await SendAsync(api, ["deferred@sandbox.test"]);
        await SendAsync(api, ["complained@sandbox.test", "suppressed@sandbox.test"]);

        // accepted, recipients, delivered, deferred, bounced, failed, suppressed, complained
        Assert.Equal(Row("", 4, 6, 4, 1, 1, 0, 1, 1), await CountsAsync(api, "interval=hour"));
        Assert.Equal(Row("", 4, 6, 4, 1, 1, 0, 1, 1), await CountsAsync(api, "interval=day"));
        Assert.Equal(
            [.. Row("", 2, 3, 2, 1, 0, 0, 1, 1), .. Row("a", 2, 3, 2, 0, 1, 0, 0, 0), .. Row("b", 1, 2, 2, 0, 0, 0, 0, 0)],
            await CountsAsync(api, "group_by=tag"));
        Assert.Equal(
            [.. Row("example.net", 1, 1, 1, 0, 0, 0, 0, 0), .. Row("sandbox.test", 4, 5, 3, 1, 1, 0, 1, 1)],
            await CountsAsync(api, "group_by=domain"));
        Assert.Equal(
            [.. Row("", 4, 6, 0, 0, 0, 0, 1, 0), .. Row("sandbox", 0, 0, 4, 1, 1, 0, 0, 1)],
            await CountsAsync(api, "group_by=relay"));
        Assert.Equal(Row("", 4, 6, 4, 1, 1, 0, 1, 1), await CountsAsync(api, "group_by=template"));
        Assert.Empty(await CountsAsync(other, "interval=hour"));
        Assert.Empty(await CountsAsync(api, "until=2026-01-01T00:00:00Z"));

        var hard = (await api.GetAsync("/v1/stats")).Body!["data"]!.AsArray()
            .Sum(r => r!["bounced_by_class"]!["hard"]!.GetValue<long>());
        Assert.Equal(1, hard);
    }

    [Fact]
    public async Task A_template_is_named_by_id_and_slug()
    {
        using var api = await service.NewProjectAsync("send", "read", "templates");
        var made = await api.PostAsync(
            "/v1/templates", new JsonObject { ["slug"] = "welcome", ["name"] = "W", ["subject"] = "Hi", ["text"] = "Hello" });
        Assert.True(made.Status == 201, $"{made.Body}");
        var message = new JsonObject
        {
            ["from"] = "hello@acme.example",
            ["to"] = "ann@example.net",
            ["template"] = new JsonObject { ["id"] = "welcome", ["data"] = new JsonObject() },
        };
        await api.WaitForEndAsync(await api.AcceptAsync(message));

        var row = Assert.Single((await api.GetAsync("/v1/stats?group_by=template")).Body!["data"]!.AsArray())!;
        Assert.Equal(made.Body!["id"]!.GetValue<string>(), row["group"]!.GetValue<string>());
        Assert.Equal("welcome", row["slug"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_walk_by_cursor_sees_each_row_once()
    {
        using var api = await service.NewProjectAsync();
        await SendAsync(api, ["ann@example.net"], "a", "b", "c", "d", "e");

        List<string> seen = [];
        var path = "/v1/stats?group_by=tag&limit=2&interval=day";
        for (var next = path; next is not null;)
        {
            var page = (await api.GetAsync(next)).Body!;
            seen.AddRange(page["data"]!.AsArray().Select(r => $"{r!["start"]} {r["group"]}"));
            next = page["has_more"]!.GetValue<bool>() ? $"{path}&cursor={page["next_cursor"]!.GetValue<string>()}" : null;
        }

        // Two days when the message was delivered after midnight.
        Assert.Equal(["a", "b", "c", "d", "e"], seen.Select(row => row[^1..]).Distinct());
        Assert.Equal(seen.Distinct(), seen);
    }

    [Theory]
    [InlineData("interval=week")]
    [InlineData("group_by=subject")]
    [InlineData("since=yesterday")]
    [InlineData("since=2026-11-02T00:00:00Z&until=2026-11-01T00:00:00Z")]
    [InlineData("interval=hour&since=2026-10-01T00:00:00Z&until=2026-11-02T00:00:00Z")]
    [InlineData("interval=day&since=2025-01-01T00:00:00Z&until=2026-11-02T00:00:00Z")]
    [InlineData("limit=1001")]
    [InlineData("cursor=abc")]
    public async Task A_bad_question_is_refused(string query)
    {
        using var api = await service.NewProjectAsync();
        var answer = await api.GetAsync($"/v1/stats?{query}");

        Assert.Equal((400, "invalid_parameter"), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task Reading_needs_the_scope()
    {
        using var api = await service.NewProjectAsync("send");

        Assert.Equal(403, (await api.GetAsync("/v1/stats")).Status);
    }

    private static async Task SendAsync(ApiClient api, string[] to, params string[] tags)
    {
        var message = ApiClient.Message();
        message["to"] = new JsonArray([.. to]);
        message["tags"] = new JsonArray([.. tags]);
        await api.WaitForEndAsync(await api.AcceptAsync(message));
    }

    private static List<string> Row(string group, params long[] counts) =>
        [.. Counters.Zip(counts, (name, count) => $"{group} {name} {count}")];

    /// <summary>The sums per group over all intervals: the hour may turn while the test runs.</summary>
    private static async Task<List<string>> CountsAsync(ApiClient api, string query)
    {
        var answer = await api.GetAsync($"/v1/stats?{query}");
        Assert.True(answer.Status == 200, $"{answer.Body}");
        return [.. answer.Body!["data"]!.AsArray().GroupBy(r => r!["group"]?.GetValue<string>() ?? "")
            .OrderBy(g => g.Key, StringComparer.Ordinal)
            .SelectMany(g => Counters.Select(c => $"{g.Key} {c} {g.Sum(r => r![c]!.GetValue<long>())}"))];
    }
}

public sealed class SqliteStatsTests(SqliteCapture service) : StatsTests(service);

public sealed class PostgresStatsTests(PostgresCapture service) : StatsTests(service);
