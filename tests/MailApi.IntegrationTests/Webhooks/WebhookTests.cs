using System.Text.Json.Nodes;
using MailApi.IntegrationTests.Running;
using Microsoft.AspNetCore.Http;

namespace MailApi.IntegrationTests.Webhooks;

/// <summary>Endpoints: made, told, seen and changed.</summary>
public abstract class WebhookTests(CaptureService service)
{
    [Fact]
    public async Task An_endpoint_is_made_changed_and_deleted()
    {
        using var api = await ProjectAsync();
        var made = await api.PostAsync("/v1/webhooks", new JsonObject
        {
            ["url"] = "https://user:pass@hooks.acme.example/mail",
            ["events"] = new JsonArray("message.*"),
            ["tags"] = new JsonArray("welcome"),
            ["description"] = "Ours",
            ["headers"] = new JsonObject { ["X-Gateway-Key"] = "hidden-value" },
        });
        Assert.True(made.Status == 201, $"{made.Body}");
        var id = made.Body!["id"]!.GetValue<string>();
        Assert.Matches("^wh_[0-9a-z]{26}$", id);
        Assert.StartsWith("whsec_", made.Body["secret"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal("enabled", made.Body["status"]!.GetValue<string>());
        Assert.DoesNotContain("hidden-value", $"{made.Body}", StringComparison.Ordinal);
        Assert.DoesNotContain("pass@", $"{made.Body}", StringComparison.Ordinal);

        var found = (await api.GetAsync($"/v1/webhooks/{id}")).Body!;
        Assert.Null(found["secret"]);
        Assert.Equal("X-Gateway-Key", Assert.Single(found["headers"]!.AsObject()).Key);

        var changed = await api.SendAsync(HttpMethod.Patch, $"/v1/webhooks/{id}", new JsonObject { ["enabled"] = false });
        Assert.Equal("disabled", changed.Body!["status"]!.GetValue<string>());
        Assert.Equal("manual", changed.Body["disabled_reason"]!.GetValue<string>());
        Assert.Equal("Ours", changed.Body["description"]!.GetValue<string>());
        Assert.Equal((409, "webhook_disabled"), await CodeAsync(api.PostAsync($"/v1/webhooks/{id}/test")));

        Assert.Single((await api.GetAsync("/v1/webhooks")).Body!["data"]!.AsArray());
        Assert.Equal(204, (await api.SendAsync(HttpMethod.Delete, $"/v1/webhooks/{id}")).Status);
        Assert.Equal((404, "not_found"), await CodeAsync(api.GetAsync($"/v1/webhooks/{id}")));
    }

    [Theory]
    [InlineData("""{"url":"ftp://hooks.acme.example/","events":["*"]}""", "/url")]
    [InlineData("""{"url":"http://10.0.0.1/","events":["*"]}""", "/url")]
    [InlineData("""{"url":"http://169.254.169.254/latest","events":["*"]}""", "/url")]
    [InlineData("""{"url":"https://hooks.acme.example/","events":[]}""", "/events")]
    [InlineData("""{"url":"https://hooks.acme.example/","events":["message.lost"]}""", "/events")]
    [InlineData("""{"url":"https://hooks.acme.example/","events":["*"],"headers":{"Webhook-Id":"x"}}""", "/headers/Webhook-Id")]
    [InlineData("""{"url":"https://hooks.acme.example/","events":["*"],"headers":{"X-A":"a\r\nX-B: b"}}""", "/headers/X-A")]
    [InlineData("""{"url":"https://hooks.acme.example/","events":["*"],"tags":[""]}""", "/tags")]
    public async Task What_cannot_be_an_endpoint_is_refused_by_pointer(string body, string pointer)
    {
        using var api = await ProjectAsync();
        var answer = await api.PostTextAsync("/v1/webhooks", body);

        Assert.Equal((422, pointer), (answer.Status, Assert.Single(answer.Pointers)));
    }

    [Fact]
    public async Task Every_event_of_a_message_arrives_once_as_the_api_shows_it()
    {
        using var api = await ProjectAsync();
        await using var receiver = await Receiver.StartAsync();
        await api.SubscribeAsync(receiver, "*");
        var message = ApiClient.Message("bounced@sandbox.test");
        message["tags"] = new JsonArray("welcome");
        message["metadata"] = new JsonObject { ["user_id"] = "8123" };
        var id = await api.AcceptAsync(message);
        await api.WaitForEndAsync(id);

        var received = await receiver.WaitForAsync(2);
        var events = await api.EventsOfAsync(id, 2);
        Assert.Equal(["message.accepted", "message.bounced"], events.Select(e => e["type"]!.GetValue<string>()));
        foreach (var e in events)
        {
            var told = Assert.Single(received, r => r.Id == e["id"]!.GetValue<string>());
            Assert.True(JsonNode.DeepEquals(e, told.Event), $"{e}\n{told.Event}");
            Assert.Equal("application/json", told.Headers["content-type"]);
        }

        Assert.Equal(2, receiver.All.Count);
    }

    [Fact]
    public async Task Types_and_tags_choose_what_is_told()
    {
        using var api = await ProjectAsync();
        await using var bounces = await Receiver.StartAsync();
        await using var tagged = await Receiver.StartAsync();
        await using var suppressions = await Receiver.StartAsync();
        await api.SubscribeAsync(bounces, "message.bounced");
        await api.SubscribeAsync(suppressions, "suppression.*");
        await api.PostAsync("/v1/webhooks", new JsonObject
        {
            ["url"] = tagged.Url,
            ["events"] = new JsonArray("*"),
            ["tags"] = new JsonArray("vip", "other"),
        });

        await api.AcceptAsync(ApiClient.Message("bounced@sandbox.test"));
        var vip = ApiClient.Message("delivered@sandbox.test");
        vip["tags"] = new JsonArray("vip");
        var id = await api.AcceptAsync(vip);
        await api.PostAsync("/v1/suppressions", new JsonObject { ["email"] = "ann@example.net" });
        await api.PostAsync("/v1/suppressions", new JsonObject { ["email"] = "ann@example.net", ["reason"] = "complaint" });
        await api.SendAsync(HttpMethod.Delete, "/v1/suppressions/ann@example.net");

        Assert.Equal(
            ["suppression.created", "suppression.created", "suppression.deleted"],
            Types(await suppressions.WaitForAsync(3)).Order());
        Assert.Equal(["message.accepted", "message.delivered"], Types(await tagged.WaitForAsync(2)).Order());
        Assert.All(tagged.All, r => Assert.Equal(id, r.Event["data"]!["message_id"]!.GetValue<string>()));
        Assert.Equal(["message.bounced"], Types(await bounces.WaitForAsync(1)));
    }

    [Fact]
    public async Task A_new_endpoint_hears_of_the_very_next_request_and_a_deleted_one_of_nothing()
    {
        using var api = await ProjectAsync();
        await using var receiver = await Receiver.StartAsync();
        for (var i = 1; i <= 5; i++)
        {
            var endpoint = await api.SubscribeAsync(receiver, "message.accepted");
            await api.AcceptAsync(ApiClient.Message());
            await receiver.WaitForAsync(i);
            await api.SendAsync(HttpMethod.Delete, $"/v1/webhooks/{endpoint}");
            await api.AcceptAsync(ApiClient.Message());
        }

        Assert.Equal(5, receiver.All.Count);
    }

    [Fact]
    public async Task A_failure_is_told_again_by_the_same_id_and_the_log_shows_each_request()
    {
        using var api = await ProjectAsync();
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = async (_, context) =>
        {
            context.Response.StatusCode = receiver.All.Count < 3 ? 500 : 200;
            await context.Response.WriteAsync("what happened");
        };
        var endpoint = await api.SubscribeAsync(receiver, "message.accepted");
        await api.AcceptAsync(ApiClient.Message());
        var received = await receiver.WaitForAsync(3);
        Assert.Single(received.Select(r => r.Id).Distinct());
        Assert.Equal(3, received.Select(r => r.Headers["x-request-id"]).Distinct().Count());

        var delivery = await api.WaitForDeliveryAsync(endpoint, d => d["status"]!.GetValue<string>() == "succeeded");
        Assert.Matches("^whd_[0-9a-z]{26}$", delivery["id"]!.GetValue<string>());
        Assert.Equal(received[0].Id, delivery["event_id"]!.GetValue<string>());
        Assert.Null(delivery["next_attempt_at"]);
        var attempts = delivery["attempts"]!.AsArray();
        Assert.Equal([500, 500, 200], attempts.Select(a => a!["status_code"]!.GetValue<int>()));
        Assert.Equal(received.Select(r => r.Headers["x-request-id"]), attempts.Select(a => a!["request_id"]!.GetValue<string>()));
        Assert.All(attempts, a => Assert.Equal("what happened", a!["response"]!.GetValue<string>()));
        Assert.Null(attempts[2]!["error"]);
        Assert.NotNull(attempts[0]!["error"]);
        Assert.Empty((await api.GetAsync($"/v1/webhooks/{endpoint}/deliveries?status=failed")).Body!["data"]!.AsArray());
    }

    [Fact]
    public async Task An_endpoint_that_is_gone_is_disabled_and_the_others_hear_of_it()
    {
        using var api = await ProjectAsync();
        await using var gone = await Receiver.StartAsync();
        await using var watcher = await Receiver.StartAsync();
        gone.AnswerWith(410);
        var endpoint = await api.SubscribeAsync(gone, "message.accepted");
        await api.SubscribeAsync(watcher, "webhook.disabled");
        await api.AcceptAsync(ApiClient.Message());

        var told = Assert.Single(await watcher.WaitForAsync(1));
        Assert.Equal(endpoint, told.Event["data"]!["webhook_id"]!.GetValue<string>());
        Assert.Equal("gone", told.Event["data"]!["reason"]!.GetValue<string>());
        var shown = (await api.GetAsync($"/v1/webhooks/{endpoint}")).Body!;
        Assert.Equal(("disabled", "gone"), (shown["status"]!.GetValue<string>(), shown["disabled_reason"]!.GetValue<string>()));

        // What happens now is not kept for it; a replay tells it afterwards.
        await api.AcceptAsync(ApiClient.Message());
        gone.AnswerWith(200);
        await api.SendAsync(HttpMethod.Patch, $"/v1/webhooks/{endpoint}", new JsonObject { ["enabled"] = true });
        var replay = await api.PostAsync(
            $"/v1/webhooks/{endpoint}/replay", new JsonObject { ["since"] = "2026-01-01T00:00:00Z" });
        Assert.True(replay.Status == 202, $"{replay.Body}");
        var received = await gone.WaitForAsync(3);
        Assert.Equal(2, received.Select(r => r.Id).Distinct().Count());
    }

    [Fact]
    public async Task An_endpoint_that_is_gone_hears_nothing_of_its_own_end()
    {
        using var api = await ProjectAsync();
        await using var gone = await Receiver.StartAsync();
        gone.AnswerWith(410);
        var endpoint = await api.SubscribeAsync(gone, "*");
        await api.AcceptAsync(ApiClient.Message());
        await ApiClient.WaitAsync(
            () => api.WebhookAsync(endpoint), w => w["status"]!.GetValue<string>() == "disabled");

        Assert.DoesNotContain(await api.DeliveriesAsync(endpoint), d => d["event_type"]!.GetValue<string>() == "webhook.disabled");
        Assert.DoesNotContain("webhook.disabled", Types(gone.All));
    }

    [Fact]
    public async Task A_request_that_hangs_takes_one_place_of_its_endpoint_and_no_more()
    {
        using var api = await ProjectAsync();
        await using var receiver = await Receiver.StartAsync();
        var held = new TaskCompletionSource();
        receiver.Answer = (received, _) => received == receiver.All[0] ? held.Task : Task.CompletedTask;
        var endpoint = await api.SubscribeAsync(receiver, "message.accepted");
        for (var i = 1; i <= 20; i++)
        {
            await api.AcceptAsync(ApiClient.Message());
            await receiver.WaitForAsync(i);
        }

        Assert.Equal(20, receiver.All.Select(r => r.Id).Distinct().Count());
        held.SetResult();
        await ApiClient.WaitAsync(
            async () => JsonValue.Create((await api.DeliveriesAsync(endpoint)).Count(d => d["status"]!.GetValue<string>() == "succeeded")),
            n => n.GetValue<int>() == 20);
    }

    [Fact]
    public async Task A_test_event_comes_whatever_the_endpoint_listens_to()
    {
        using var api = await ProjectAsync();
        await using var receiver = await Receiver.StartAsync();
        var endpoint = await api.SubscribeAsync(receiver, "message.bounced");
        var answer = await api.PostAsync($"/v1/webhooks/{endpoint}/test");
        Assert.Equal(202, answer.Status);
        var shown = (await api.GetAsync(answer.Response.Headers.Location!.ToString())).Body!["data"]!.AsArray();
        Assert.Equal(answer.Body!["id"]!.GetValue<string>(), Assert.Single(shown)!["id"]!.GetValue<string>());

        var told = Assert.Single(await receiver.WaitForAsync(1));
        Assert.Equal("webhook.test", told.Type);
        Assert.Equal(answer.Body!["event_id"]!.GetValue<string>(), told.Id);
    }

    [Fact]
    public async Task One_delivery_is_told_again_by_hand()
    {
        using var api = await ProjectAsync();
        await using var receiver = await Receiver.StartAsync();
        var endpoint = await api.SubscribeAsync(receiver, "message.accepted");
        await api.AcceptAsync(ApiClient.Message());
        var delivery = await api.WaitForDeliveryAsync(endpoint, d => d["status"]!.GetValue<string>() == "succeeded");
        var id = delivery["id"]!.GetValue<string>();
        Assert.Equal(202, (await api.PostAsync($"/v1/webhook-deliveries/{id}/retry")).Status);

        var received = await receiver.WaitForAsync(2);
        Assert.Equal(received[0].Id, received[1].Id);
        var again = await api.WaitForDeliveryAsync(endpoint, d => d["attempts"]!.AsArray().Count == 2);
        Assert.Equal("succeeded", again["status"]!.GetValue<string>());

        using var stranger = await ProjectAsync();
        Assert.Equal((404, "not_found"), await CodeAsync(stranger.PostAsync($"/v1/webhook-deliveries/{id}/retry")));
        Assert.Equal((404, "not_found"), await CodeAsync(stranger.GetAsync($"/v1/webhooks/{endpoint}/deliveries")));
    }

    [Fact]
    public async Task Counters_tell_how_an_endpoint_is_doing()
    {
        using var api = await ProjectAsync();
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = (received, context) =>
        {
            context.Response.StatusCode = receiver.All.Count == 1 ? 503 : 204;
            return Task.CompletedTask;
        };
        var endpoint = await api.SubscribeAsync(receiver, "message.accepted");
        await api.AcceptAsync(ApiClient.Message());
        await receiver.WaitForAsync(2);

        var shown = await ApiClient.WaitAsync(
            async () => (await api.GetAsync($"/v1/webhooks/{endpoint}")).Body!["counters"]!,
            c => c["succeeded"]!.GetValue<int>() == 1 && c["failed"]!.GetValue<int>() == 1);
        Assert.Equal(0, shown["pending"]!.GetValue<int>());
        Assert.Null(shown["failing_since"]);
        Assert.NotNull(shown["last_success_at"]);
        Assert.Contains("503", shown["last_error"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    protected Task<ApiClient> ProjectAsync() => service.NewWebhookProjectAsync();

    private static async Task<(int Status, string Code)> CodeAsync(Task<Answer> answer) => ((await answer).Status, (await answer).Code);

    private static IEnumerable<string> Types(IEnumerable<Received> received) => received.Select(r => r.Type);
}

public sealed class SqliteWebhookTests(SqliteCapture service) : WebhookTests(service);

public sealed class PostgresWebhookTests(PostgresCapture service) : WebhookTests(service);
