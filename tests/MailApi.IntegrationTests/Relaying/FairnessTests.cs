using System.Text.Json.Nodes;
using MailApi.IntegrationTests.Running;
using MailApi.IntegrationTests.Smtp;

namespace MailApi.IntegrationTests.Relaying;

/// <summary>Who is next when there is more to send than the relay takes.</summary>
public sealed class FairnessTests
{
    private const int Flood = 300;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>In flight, or taken by a sender, when the newcomer is accepted; and one of the flood's turns each.</summary>
    private const int Ahead = 6;

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task The_first_message_of_another_project_does_not_wait_for_a_flood(string provider)
    {
        await using var server = await SlowServerAsync();
        await using var service = await StartAsync(provider, server);
        using var flooder = new ApiClient(service.CreateClient());
        using var other = await NewProjectAsync(service, flooder);
        await FloodAsync(flooder, "normal");

        await other.AcceptAsync(ApiClient.Message("other@rcpt.example"));
        var before = server.Journal.Messages.Count;
        await server.WaitForMessageAsync(m => m.Recipients.Contains("other@rcpt.example"), Patience);

        Assert.InRange(IndexOf(server, "other@rcpt.example"), 0, before + Ahead);
        Assert.True(before + Ahead < Flood, "The flood was over before the newcomer came.");
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task A_deferred_message_of_another_project_is_due_beside_a_flood(string provider)
    {
        await using var server = await SlowServerAsync(deferred: "other@rcpt.example");
        await using var service = await StartAsync(provider, server);
        using var flooder = new ApiClient(service.CreateClient());
        using var other = await NewProjectAsync(service, flooder);
        var id = await other.AcceptAsync(ApiClient.Message("other@rcpt.example"));
        await other.WaitForAsync(id, m => ApiClient.StatusOf(m, "other@rcpt.example") == "deferred");
        await FloodAsync(flooder, "normal");

        await server.WaitForMessageAsync(m => m.Recipients.Contains("other@rcpt.example"), Patience);

        Assert.InRange(IndexOf(server, "other@rcpt.example"), 0, Flood - 50);
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task A_high_priority_overtakes_a_backlog_of_low(string provider)
    {
        await using var server = await SlowServerAsync();
        await using var service = await StartAsync(provider, server);
        using var api = new ApiClient(service.CreateClient());
        await FloodAsync(api, "low");

        var reset = ApiClient.Message("reset@rcpt.example");
        reset["priority"] = "high";
        await api.AcceptAsync(reset);
        var before = server.Journal.Messages.Count;
        await server.WaitForMessageAsync(m => m.Recipients.Contains("reset@rcpt.example"), Patience);

        Assert.InRange(IndexOf(server, "reset@rcpt.example"), 0, before + Ahead);
    }

    private static int IndexOf(ScriptedSmtpServer server, string recipient) =>
        server.Journal.Messages.ToList().FindIndex(m => m.Recipients.Contains(recipient));

    private static Task<ScriptedSmtpServer> SlowServerAsync(string? deferred = null)
    {
        var refused = false;
        return ScriptedSmtpServer.StartAsync(new SmtpScript
        {
            Rcpt = x =>
            {
                var refuse = !refused && x.Address == deferred;
                refused |= refuse;
                return refuse ? "451 4.3.0 try again" : x.Default;
            },
            Dot = x => x.Default.After(TimeSpan.FromMilliseconds(20)),
        });
    }

    private static Task<ServiceProcess> StartAsync(string provider, ScriptedSmtpServer server) => ServiceProcess.StartAsync(
        provider,
        new Dictionary<string, string>
        {
            ["Relays__main__Host"] = server.Host,
            ["Relays__main__Port"] = $"{server.Port}",
            ["Relays__main__Security"] = "none",
            ["Relays__main__MaxConnections"] = "1",
            ["Delivery__MaxInMemory"] = "20",
            ["Delivery__RetrySchedule__0"] = "00:00:01",
        });

    /// <summary>More than memory holds: most of it waits in the table.</summary>
    private static async Task FloodAsync(ApiClient api, string priority)
    {
        for (var batch = 0; batch < Flood / 100; batch++)
        {
            var messages = Enumerable.Range(0, 100).Select(i =>
            {
                var message = ApiClient.Message($"flood-{batch}-{i}@rcpt.example");
                message["priority"] = priority;
                return (JsonNode)message;
            });
            var answer = await api.PostAsync("/v1/messages/batch", new JsonObject { ["messages"] = new JsonArray([.. messages]) });
            Assert.True(answer.Status == 202, $"{answer.Body}");
        }
    }

    private static async Task<ApiClient> NewProjectAsync(ServiceProcess service, ApiClient admin)
    {
        var project = await admin.PostAsync("/v1/projects", new JsonObject { ["name"] = "another" });
        var key = await admin.PostAsync("/v1/api-keys", new JsonObject
        {
            ["name"] = "another",
            ["project_id"] = project.Body!["id"]!.GetValue<string>(),
            ["scopes"] = new JsonArray("send", "read"),
        });
        return new ApiClient(service.CreateClient(key.Body!["key"]!.GetValue<string>()));
    }
}
