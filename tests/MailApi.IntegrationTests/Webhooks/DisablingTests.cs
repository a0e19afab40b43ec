using System.Text.Json.Nodes;
using MailApi.IntegrationTests.Running;

namespace MailApi.IntegrationTests.Webhooks;

/// <summary>An endpoint that does nothing but fail for <c>Webhooks:DisableAfter</c> is disabled.</summary>
public abstract class DisablingTests(CaptureService service)
{
    [Fact]
    public async Task An_endpoint_that_does_nothing_but_fail_is_disabled_and_the_others_hear_of_it()
    {
        using var api = await service.NewWebhookProjectAsync();
        await using var failing = await Receiver.StartAsync();
        await using var flapping = await Receiver.StartAsync();
        await using var watcher = await Receiver.StartAsync();
        failing.AnswerWith(500);
        flapping.Answer = (_, context) =>
        {
            context.Response.StatusCode = flapping.All.Count % 2 == 0 ? 200 : 500;
            return Task.CompletedTask;
        };
        var dying = await api.SubscribeAsync(failing, "message.accepted");
        var living = await api.SubscribeAsync(flapping, "message.accepted");
        await api.SubscribeAsync(watcher, "webhook.*");
        while (watcher.All.Count == 0)
        {
            var seen = flapping.All.Count;
            await api.AcceptAsync(ApiClient.Message());
            await flapping.WaitForAsync(seen + 2);
        }

        var told = Assert.Single(watcher.All);
        Assert.Equal(
            ("webhook.disabled", dying, "failing"),
            (told.Type, told.Event["data"]!["webhook_id"]!.GetValue<string>(), told.Event["data"]!["reason"]!.GetValue<string>()));
        var shown = await api.WebhookAsync(dying);
        Assert.Equal(("disabled", "failing"), (shown["status"]!.GetValue<string>(), shown["disabled_reason"]!.GetValue<string>()));
        var since = shown["counters"]!["failing_since"]!.GetValue<DateTimeOffset>();
        Assert.True(shown["disabled_at"]!.GetValue<DateTimeOffset>() - since >= TimeSpan.FromSeconds(2.9), $"{shown}");
        var alive = await api.WebhookAsync(living);
        Assert.Equal("enabled", alive["status"]!.GetValue<string>());
        Assert.True(alive["counters"]!["failed"]!.GetValue<int>() > 0);
    }

    [Fact]
    public async Task What_waited_when_it_was_disabled_is_told_when_it_is_enabled()
    {
        using var api = await service.NewWebhookProjectAsync();
        await using var receiver = await Receiver.StartAsync();
        receiver.AnswerWith(500);
        var endpoint = await api.SubscribeAsync(receiver, "message.accepted");
        await api.AcceptAsync(ApiClient.Message());
        await ApiClient.WaitAsync(() => api.WebhookAsync(endpoint), w => w["status"]!.GetValue<string>() == "disabled");
        receiver.AnswerWith(200);
        var enabled = await api.SendAsync(HttpMethod.Patch, $"/v1/webhooks/{endpoint}", new JsonObject { ["enabled"] = true });
        Assert.Equal("enabled", enabled.Body!["status"]!.GetValue<string>());

        await api.WaitForDeliveryAsync(endpoint, d => d["status"]!.GetValue<string>() == "succeeded");
        Assert.Single(receiver.All.Select(r => r.Id).Distinct());
    }
}

public sealed class SqliteDisabling() : CaptureService("sqlite", ("Webhooks__DisableAfter", "00:00:03"));

public sealed class PostgresDisabling() : CaptureService("postgres", ("Webhooks__DisableAfter", "00:00:03"));

public sealed class SqliteDisablingTests(SqliteDisabling service) : DisablingTests(service), IClassFixture<SqliteDisabling>;

public sealed class PostgresDisablingTests(PostgresDisabling service)
    : DisablingTests(service), IClassFixture<PostgresDisabling>;
