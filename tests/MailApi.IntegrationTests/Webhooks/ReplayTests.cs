using System.Text.Json.Nodes;
using MailApi.IntegrationTests.Running;

namespace MailApi.IntegrationTests.Webhooks;

/// <summary>Past events, told again.</summary>
public abstract class ReplayTests(CaptureService service)
{
    private static readonly TimeSpan BySchedule = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task A_replay_tells_the_types_that_it_names_by_their_own_ids()
    {
        using var api = await service.NewWebhookProjectAsync();
        await using var receiver = await Receiver.StartAsync();
        var bounced = await SendAsync(api, "bounced@sandbox.test");
        await SendAsync(api, "delivered@sandbox.test");
        var endpoint = await api.SubscribeAsync(receiver, "*");
        var replay = await ReplayAsync(api, endpoint, new JsonObject
        {
            ["since"] = Hour(-1),
            ["types"] = new JsonArray("message.bounced"),
        });

        var done = await CompletedAsync(api, endpoint, replay);
        Assert.Equal((1, 1, 1), (Count(done, "total"), Count(done, "seen"), Count(done, "queued")));
        Assert.Equal((0, 1, 0), (Count(done, "pending"), Count(done, "succeeded"), Count(done, "failed")));
        Assert.NotNull(done["finished_at"]);
        var told = Assert.Single(receiver.All);
        Assert.Equal((await api.EventsOfAsync(bounced, 2))[^1]["id"]!.GetValue<string>(), told.Id);
        Assert.Equal(replay, Assert.Single(await api.DeliveriesAsync(endpoint))["replay_id"]!.GetValue<string>());
        var listed = (await api.GetAsync($"/v1/webhooks/{endpoint}/replays")).Body!["data"]!.AsArray();
        Assert.Equal(replay, Assert.Single(listed)!["id"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_replay_keeps_to_its_range_of_time()
    {
        using var api = await service.NewWebhookProjectAsync();
        await using var receiver = await Receiver.StartAsync();
        List<JsonNode> events = [];
        for (var i = 0; i < 3; i++)
        {
            events.AddRange(await api.EventsOfAsync(await SendAsync(api, "delivered@sandbox.test"), 2));
        }

        var endpoint = await api.SubscribeAsync(receiver, "message.*");
        var replay = await ReplayAsync(api, endpoint, new JsonObject
        {
            ["since"] = events[2]["timestamp"]!.DeepClone(),
            ["until"] = events[4]["timestamp"]!.DeepClone(),
        });

        await CompletedAsync(api, endpoint, replay);
        Assert.Equal(
            events.Where(e => At(e) >= At(events[2]) && At(e) < At(events[4])).Select(e => e["id"]!.GetValue<string>()).Order(),
            receiver.All.Select(r => r.Id).Order());
        Assert.Contains(receiver.All, r => r.Id == events[2]["id"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_replay_minds_the_tags_of_the_endpoint()
    {
        using var api = await service.NewWebhookProjectAsync();
        await using var receiver = await Receiver.StartAsync();
        await SendAsync(api, "delivered@sandbox.test");
        var tagged = await SendAsync(api, "delivered@sandbox.test", "vip");
        var made = await api.PostAsync("/v1/webhooks", new JsonObject
        {
            ["url"] = receiver.Url,
            ["events"] = new JsonArray("*"),
            ["tags"] = new JsonArray("vip"),
        });
        var endpoint = made.Body!["id"]!.GetValue<string>();
        var done = await CompletedAsync(api, endpoint, await ReplayAsync(api, endpoint, new JsonObject { ["since"] = Hour(-1) }));

        Assert.Equal((4, 4, 2), (Count(done, "total"), Count(done, "seen"), Count(done, "queued")));
        Assert.All(receiver.All, r => Assert.Equal(tagged, r.Event["data"]!["message_id"]!.GetValue<string>()));
    }

    [Fact]
    public async Task A_cancelled_replay_tells_no_more_of_what_waits()
    {
        using var api = await service.NewWebhookProjectAsync();
        await using var receiver = await Receiver.StartAsync();
        var held = new TaskCompletionSource();
        receiver.Answer = (_, _) => held.Task;
        await api.ScheduleAsync(100);
        var endpoint = await api.SubscribeAsync(receiver, "message.*");
        var replay = await ReplayAsync(api, endpoint, new JsonObject { ["since"] = Hour(-1) });
        await ApiClient.WaitAsync(() => LookAsync(api, endpoint, replay), r => Count(r, "queued") == 200);
        await receiver.WaitForAsync(10);
        var cancelled = await api.PostAsync($"/v1/webhooks/{endpoint}/replays/{replay}/cancel");
        Assert.Equal((200, "cancelled"), (cancelled.Status, cancelled.Body!["status"]!.GetValue<string>()));
        Assert.Equal(0, Count(cancelled.Body, "pending"));

        // What the node had taken already may come; of the rest nothing does.
        held.SetResult();
        var test = (await api.PostAsync($"/v1/webhooks/{endpoint}/test")).Body!["event_id"]!.GetValue<string>();
        await receiver.WaitForAsync(all => all.Any(r => r.Id == test));
        Assert.InRange(receiver.All.Count, 11, 41);
        Assert.Single(await api.DeliveriesAsync(endpoint));
    }

    [Fact]
    public async Task A_replay_is_known_to_its_project_alone()
    {
        using var api = await service.NewWebhookProjectAsync();
        using var stranger = await service.NewWebhookProjectAsync();
        await using var receiver = await Receiver.StartAsync();
        var endpoint = await api.SubscribeAsync(receiver, "*");
        var replay = await ReplayAsync(api, endpoint, new JsonObject { ["since"] = Hour(-1) });
        var path = $"/v1/webhooks/{endpoint}/replays";
        Answer[] answers =
        [
            await stranger.PostAsync($"/v1/webhooks/{endpoint}/replay", new JsonObject { ["since"] = Hour(-1) }),
            await stranger.GetAsync(path),
            await stranger.GetAsync($"{path}/{replay}"),
            await stranger.PostAsync($"{path}/{replay}/cancel"),
            await api.GetAsync($"{path}/whr_00000000000000000000000000"),
        ];

        Assert.All(answers, a => Assert.Equal((404, "not_found"), (a.Status, a.Code)));
        Assert.Equal(422, (await api.PostAsync($"/v1/webhooks/{endpoint}/replay", new JsonObject { ["since"] = Hour(1) })).Status);
    }

    /// <summary>On a service of its own: killed as soon as the first event has come.</summary>
    protected static async Task ContinueAfterAKillAsync(string provider)
    {
        await using var process = await ServiceProcess.StartAsync(provider, new Dictionary<string, string>
        {
            ["Webhooks__AllowedNetworks__0"] = "127.0.0.0/8",
        });
        using var api = new ApiClient(process.CreateClient());
        await using var receiver = await Receiver.StartAsync();
        await api.ScheduleAsync(600);
        var endpoint = await api.SubscribeAsync(receiver, "message.*");
        var replay = await ReplayAsync(api, endpoint, new JsonObject { ["since"] = Hour(-1) });
        await receiver.WaitForAsync(1);
        await process.KillAsync();
        await process.StartAgainAsync();

        var done = await CompletedAsync(api, endpoint, replay);
        Assert.Equal((1_200, 1_200, 1_200), (Count(done, "total"), Count(done, "seen"), Count(done, "queued")));
        var rows = await api.DeliveriesAsync(endpoint);
        Assert.Equal((1_200, 1_200), (rows.Count, rows.Select(d => d["event_id"]!.GetValue<string>()).Distinct().Count()));
        Assert.Equal((await api.EventIdsAsync(1_200)).Order(), receiver.All.Select(r => r.Id).Distinct().Order());
    }

    private static async Task<string> SendAsync(ApiClient api, string to, params string[] tags)
    {
        var message = ApiClient.Message(to);
        message["tags"] = new JsonArray([.. tags.Select(t => JsonValue.Create(t))]);
        var id = await api.AcceptAsync(message);
        await api.WaitForEndAsync(id);
        return id;
    }

    private static async Task<string> ReplayAsync(ApiClient api, string endpoint, JsonObject request)
    {
        var answer = await api.PostAsync($"/v1/webhooks/{endpoint}/replay", request);
        Assert.True(answer.Status == 202, $"{answer.Body}");
        var id = answer.Body!["id"]!.GetValue<string>();
        Assert.EndsWith($"/v1/webhooks/{endpoint}/replays/{id}", answer.Response.Headers.Location!.ToString(), StringComparison.Ordinal);
        return id;
    }

    private static async Task<JsonNode> LookAsync(ApiClient api, string endpoint, string replay) =>
        (await api.GetAsync($"/v1/webhooks/{endpoint}/replays/{replay}")).Body!;

    private static Task<JsonNode> CompletedAsync(ApiClient api, string endpoint, string replay) => ApiClient.WaitAsync(
        () => LookAsync(api, endpoint, replay),
        r => r["status"]!.GetValue<string>() == "completed" && Count(r, "pending") == 0 && Count(r, "queued") == Count(r, "succeeded"),
        BySchedule);

    private static int Count(JsonNode replay, string name) => replay[name]!.GetValue<int>();

    private static DateTimeOffset At(JsonNode e) => e["timestamp"]!.GetValue<DateTimeOffset>();

    private static string Hour(int fromNow) => DateTimeOffset.UtcNow.AddHours(fromNow).ToString("O");
}

public sealed class SqliteReplayTests(SqliteCapture service) : ReplayTests(service)
{
    [Fact]
    public Task A_replay_goes_on_after_a_kill_and_repeats_nothing() => ContinueAfterAKillAsync("sqlite");
}

public sealed class PostgresReplayTests(PostgresCapture service) : ReplayTests(service)
{
    [Fact]
    public Task A_replay_goes_on_after_a_kill_and_repeats_nothing() => ContinueAfterAKillAsync("postgres");
}
