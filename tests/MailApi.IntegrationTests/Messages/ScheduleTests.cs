using System.Globalization;
using System.Text.Json.Nodes;
using MailApi.IntegrationTests.Running;

namespace MailApi.IntegrationTests.Messages;

public abstract class ScheduleTests(CaptureService service)
{
    [Fact]
    public async Task A_scheduled_message_can_be_moved_and_is_sent_then()
    {
        using var api = await service.NewProjectAsync();
        var id = await ScheduleAsync(api, TimeSpan.FromHours(1));
        Assert.Equal("scheduled", (await api.GetAsync($"/v1/messages/{id}")).Body!["status"]!.GetValue<string>());

        var soon = new JsonObject { ["send_at"] = Time(TimeSpan.FromSeconds(1)) };
        var moved = await api.SendAsync(HttpMethod.Patch, $"/v1/messages/{id}", soon);
        Assert.Equal(200, moved.Status);
        Assert.Equal(soon["send_at"]!.GetValue<string>(), moved.Body!["send_at"]!.GetValue<string>());

        var done = await api.WaitForEndAsync(id);
        Assert.Equal("delivered", ApiClient.StatusOf(done, "ann@example.net"));
        Assert.Equal(409, (await api.SendAsync(HttpMethod.Patch, $"/v1/messages/{id}", soon.DeepClone())).Status);
        Assert.Equal(
            ["message.accepted", "message.scheduled", "message.delivered"],
            (await api.EventsOfAsync(id)).Select(e => e["type"]!.GetValue<string>()));
    }

    [Fact]
    public async Task A_scheduled_message_can_be_cancelled_once()
    {
        using var api = await service.NewProjectAsync();
        var id = await ScheduleAsync(api, TimeSpan.FromHours(1));
        var cancelled = await api.PostAsync($"/v1/messages/{id}/cancel");

        Assert.Equal((200, "cancelled"), (cancelled.Status, cancelled.Body!["status"]!.GetValue<string>()));
        Assert.Equal("cancelled", ApiClient.StatusOf(cancelled.Body, "ann@example.net"));
        Assert.Equal(409, (await api.PostAsync($"/v1/messages/{id}/cancel")).Status);
        var last = (await api.EventsOfAsync(id))[^1];
        Assert.Equal(("message.cancelled", 3), (last["type"]!.GetValue<string>(), last["sequence"]!.GetValue<int>()));
    }

    [Fact]
    public async Task A_delivered_message_cannot_be_cancelled_but_resent()
    {
        using var api = await service.NewProjectAsync();
        var id = await api.AcceptAsync(ApiClient.Message());
        await api.WaitForEndAsync(id);

        Assert.Equal(409, (await api.PostAsync($"/v1/messages/{id}/cancel")).Status);
        var again = await api.PostAsync($"/v1/messages/{id}/resend");
        Assert.Equal(202, again.Status);
        Assert.Equal(id, again.Body!["resent_from"]!.GetValue<string>());
        var copy = await api.WaitForEndAsync(again.Body["id"]!.GetValue<string>());
        Assert.NotEqual(
            (await api.GetAsync($"/v1/messages/{id}")).Body!["message_id"]!.GetValue<string>(), copy["message_id"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_little_late_means_now_and_more_is_refused()
    {
        using var api = await service.NewProjectAsync();
        var late = ApiClient.Message();
        late["send_at"] = Time(TimeSpan.FromSeconds(-30));
        Assert.Equal("queued", (await api.PostAsync("/v1/messages", late)).Body!["status"]!.GetValue<string>());

        foreach (var offset in new[] { TimeSpan.FromMinutes(-5), TimeSpan.FromDays(31) })
        {
            var message = ApiClient.Message();
            message["send_at"] = Time(offset);
            var answer = await api.PostAsync("/v1/messages", message);
            Assert.Equal(422, answer.Status);
            Assert.Equal(["/send_at"], answer.Pointers);
        }
    }

    private static async Task<string> ScheduleAsync(ApiClient api, TimeSpan ahead)
    {
        var message = ApiClient.Message();
        message["send_at"] = Time(ahead);
        return await api.AcceptAsync(message);
    }

    private static string Time(TimeSpan ahead) =>
        (DateTimeOffset.UtcNow + ahead).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}

public sealed class SqliteScheduleTests(SqliteCapture service) : ScheduleTests(service);

public sealed class PostgresScheduleTests(PostgresCapture service) : ScheduleTests(service);
