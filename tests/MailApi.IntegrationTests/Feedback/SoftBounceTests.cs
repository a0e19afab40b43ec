using System.Text.Json.Nodes;
using MailApi.IntegrationTests.Running;

namespace MailApi.IntegrationTests.Feedback;

/// <summary>Mailboxes that fail again and again are left alone for a while.</summary>
public abstract class SoftBounceTests(LoopService service)
{
    [Fact]
    public async Task Three_in_a_row_suppress_for_a_time()
    {
        using var api = await service.NewProjectAsync();
        var full = LoopService.NewAddress("full");
        for (var i = 0; i < 2; i++)
        {
            await BounceAsync(api, full);
            Assert.Equal(404, (await api.GetAsync($"/v1/suppressions/{full}")).Status);
        }

        var last = await BounceAsync(api, full);
        var entry = (await api.GetAsync($"/v1/suppressions/{full}")).Body!;
        Assert.Equal(("soft_bounce", "smtp", last), (
            entry["reason"]!.GetValue<string>(), entry["source"]!.GetValue<string>(), entry["message_id"]!.GetValue<string>()));
        var lasts = entry["expires_at"]!.GetValue<DateTimeOffset>() - entry["created_at"]!.GetValue<DateTimeOffset>();
        Assert.Equal(TimeSpan.FromDays(14), lasts);
        Assert.Equal("all_recipients_suppressed", (await api.PostAsync("/v1/messages", ApiClient.Message(full))).Code);
        Assert.Single(await api.WaitForEventsAsync(1, "/v1/events?type=suppression.created"));
    }

    [Fact]
    public async Task A_delivery_breaks_the_row_and_reports_count_as_replies_do()
    {
        using var api = await service.NewProjectAsync();
        var ann = LoopService.NewAddress();
        for (var i = 0; i < 2; i++)
        {
            await BounceLaterAsync(api, ann);
        }

        await service.SendAsync(api, ann);
        for (var i = 0; i < 2; i++)
        {
            await BounceLaterAsync(api, ann);
            Assert.Equal(404, (await api.GetAsync($"/v1/suppressions/{ann}")).Status);
        }

        await BounceLaterAsync(api, ann);
        var entry = (await api.GetAsync($"/v1/suppressions/{ann}")).Body!;
        Assert.Equal(("soft_bounce", "report"), (entry["reason"]!.GetValue<string>(), entry["source"]!.GetValue<string>()));
    }

    [Fact]
    public async Task A_send_may_pass_over_it_with_the_scope_for_it()
    {
        using var api = await service.NewProjectAsync();
        var ann = LoopService.NewAddress();
        await SuppressAsync(api, ann, "soft_bounce");
        var message = ApiClient.Message(ann);
        Assert.Equal("all_recipients_suppressed", (await api.PostAsync("/v1/messages", message)).Code);

        message["ignore_suppression"] = new JsonArray("manual");
        Assert.Equal("all_recipients_suppressed", (await api.PostAsync("/v1/messages", message)).Code);
        message["ignore_suppression"] = new JsonArray("soft_bounce");
        Assert.Equal(202, (await api.PostAsync("/v1/messages", message)).Status);
        Assert.Equal(202, (await api.PostAsync(
            "/v1/messages/batch", new JsonObject { ["messages"] = new JsonArray(message.DeepClone()) })).Status);

        message["ignore_suppression"] = new JsonArray("complaint");
        var refused = await api.PostAsync("/v1/messages", message);
        Assert.Equal((422, "/ignore_suppression/0"), (refused.Status, Assert.Single(refused.Pointers)));
    }

    [Fact]
    public async Task Without_the_scope_nothing_is_passed_over()
    {
        using var api = await service.NewProjectAsync("send", "read");
        var message = ApiClient.Message(LoopService.NewAddress());
        message["ignore_suppression"] = new JsonArray("soft_bounce");

        foreach (var path in (string[])["/v1/messages", "/v1/messages/validate"])
        {
            var answer = await api.PostAsync(path, message);
            Assert.Equal((403, "missing_scope"), (answer.Status, answer.Code));
        }

        message.Remove("ignore_suppression");
        Assert.Equal(202, (await api.PostAsync("/v1/messages", message)).Status);
    }

    private static async Task<string> BounceAsync(ApiClient api, string address)
    {
        var id = await api.AcceptAsync(ApiClient.Message(address));
        Assert.Equal("bounced", ApiClient.StatusOf(await api.WaitForEndAsync(id), address));
        return id;
    }

    private async Task BounceLaterAsync(ApiClient api, string address)
    {
        var sent = await service.SendAsync(api, address);
        var report = Reports.Status(sent.ReturnPath, sent.MessageId, address, reply: "552 5.2.2 mailbox full");
        Assert.Single((await LoopService.PushAsync(api, report))["recorded"]!.AsArray());
    }

    private static async Task SuppressAsync(ApiClient api, string address, string reason) => Assert.Equal(
        201,
        (await api.PostAsync("/v1/suppressions", new JsonObject { ["email"] = address, ["reason"] = reason })).Status);
}

public sealed class SqliteSoftBounceTests(SqliteLoop service) : SoftBounceTests(service), IClassFixture<SqliteLoop>;

public sealed class PostgresSoftBounceTests(PostgresLoop service) : SoftBounceTests(service), IClassFixture<PostgresLoop>;
