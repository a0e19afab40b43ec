using System.Text.Json.Nodes;
using MailApi.IntegrationTests.Running;

namespace MailApi.IntegrationTests.Messages;

/// <summary>Lists, filters, cursors, and who may see what.</summary>
public abstract class SeeTests(CaptureService service)
{
    [Fact]
    public async Task A_walk_sees_each_message_once_while_others_come_in()
    {
        using var api = await service.NewProjectAsync();
        List<string> sent = [];
        for (var i = 0; i < 12; i++)
        {
            sent.Add(await api.AcceptAsync(ApiClient.Message()));
        }

        List<string> seen = [];
        var path = "/v1/messages?limit=5";
        while (true)
        {
            var page = (await api.GetAsync(path)).Body!;
            seen.AddRange(page["data"]!.AsArray().Select(m => m!["id"]!.GetValue<string>()));
            await api.AcceptAsync(ApiClient.Message());
            if (!page["has_more"]!.GetValue<bool>())
            {
                break;
            }

            path = $"/v1/messages?limit=5&cursor={page["next_cursor"]!.GetValue<string>()}";
        }

        sent.Reverse();
        Assert.Equal(sent, seen);
    }

    [Fact]
    public async Task Lists_are_filtered()
    {
        using var api = await service.NewProjectAsync();
        var tagged = ApiClient.Message("one@example.net");
        tagged["tags"] = new JsonArray("say \"hi\"");
        var first = await api.AcceptAsync(tagged);
        var second = await api.AcceptAsync(ApiClient.Message("bounced@sandbox.test"));
        await api.WaitForEndAsync(first);
        await api.WaitForEndAsync(second);

        async Task<List<string>> ListAsync(string query) =>
            [.. (await api.GetAsync($"/v1/messages?{query}")).Body!["data"]!.AsArray().Select(m => m!["id"]!.GetValue<string>())];
        Assert.Equal([first], await ListAsync("recipient=ONE@example.NET"));
        Assert.Equal([first], await ListAsync("tag=say%20%22hi%22"));
        Assert.Equal([second, first], await ListAsync("status=completed&from=hello@acme.example"));
        Assert.Equal([first, second], await ListAsync("order=asc"));
        Assert.Empty(await ListAsync("status=scheduled"));
        Assert.Empty(await ListAsync("until=2020-01-01T00:00:00Z"));
        Assert.Equal(2, (await ListAsync("since=2020-01-01T00:00:00Z")).Count);
    }

    [Theory]
    [InlineData("/v1/messages?limit=0")]
    [InlineData("/v1/messages?limit=101")]
    [InlineData("/v1/messages?limit=x")]
    [InlineData("/v1/messages?cursor=nonsense")]
    [InlineData("/v1/messages?status=lost")]
    [InlineData("/v1/messages?since=yesterday")]
    [InlineData("/v1/messages?order=up")]
    [InlineData("/v1/messages?recipient=nobody")]
    [InlineData("/v1/events?type=message.lost")]
    [InlineData("/v1/events?message_id=42")]
    public async Task A_bad_query_value_is_named(string path)
    {
        using var api = await service.NewProjectAsync();
        var answer = await api.GetAsync(path);

        Assert.Equal((400, "invalid_parameter"), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task Events_can_be_followed()
    {
        using var api = await service.NewProjectAsync();
        await api.WaitForEndAsync(await api.AcceptAsync(ApiClient.Message()));
        await api.WaitForEventsAsync(2);
        var first = (await api.GetAsync("/v1/events?limit=1")).Body!;
        Assert.Equal("message.accepted", first["data"]![0]!["type"]!.GetValue<string>());
        Assert.True(first["has_more"]!.GetValue<bool>());

        var rest = (await api.GetAsync($"/v1/events?cursor={first["next_cursor"]!.GetValue<string>()}")).Body!;
        Assert.Equal("message.delivered", Assert.Single(rest["data"]!.AsArray())!["type"]!.GetValue<string>());
        var cursor = rest["next_cursor"]!.GetValue<string>();
        Assert.Empty((await api.GetAsync($"/v1/events?cursor={cursor}")).Body!["data"]!.AsArray());

        var id = await api.AcceptAsync(ApiClient.Message("bounced@sandbox.test"));
        await api.WaitForEndAsync(id);
        var next = await api.WaitForEventsAsync(2, $"/v1/events?cursor={cursor}");
        Assert.Equal(["message.accepted", "message.bounced"], next.Select(e => e["type"]!.GetValue<string>()));
        var bounce = next[1]["data"]!;
        Assert.Equal("hard", bounce["bounce"]!["class"]!.GetValue<string>());
        Assert.Equal("5.1.1", bounce["smtp"]!["enhanced_code"]!.GetValue<string>());
    }

    [Fact]
    public async Task Another_projects_message_is_an_unknown_one()
    {
        using var mine = await service.NewProjectAsync();
        using var other = await service.NewProjectAsync();
        var id = await mine.AcceptAsync(ApiClient.Message());
        const string Unknown = "msg_01jd9zt6x7f8k9m2n3p4q5r6s7";

        foreach (var part in new[] { "", "/events", "/attempts", "/content" })
        {
            var foreign = await other.GetAsync($"/v1/messages/{id}{part}");
            var unknown = await other.GetAsync($"/v1/messages/{Unknown}{part}");
            Assert.Equal(404, foreign.Status);
            Assert.Equal(WithoutIds(unknown), WithoutIds(foreign));
        }

        Assert.Equal(404, (await other.PostAsync($"/v1/messages/{id}/cancel")).Status);
        Assert.Equal(404, (await other.PostAsync($"/v1/messages/{id}/resend")).Status);
        Assert.Empty((await other.GetAsync("/v1/messages")).Body!["data"]!.AsArray());
        Assert.Empty((await other.GetAsync("/v1/events")).Body!["data"]!.AsArray());
    }

    private static string WithoutIds(Answer answer)
    {
        var body = answer.Body!.DeepClone().AsObject();
        body.Remove("request_id");
        body.Remove("instance");
        return body.ToJsonString();
    }
}

public sealed class SqliteSeeTests(SqliteCapture service) : SeeTests(service);

public sealed class PostgresSeeTests(PostgresCapture service) : SeeTests(service);
