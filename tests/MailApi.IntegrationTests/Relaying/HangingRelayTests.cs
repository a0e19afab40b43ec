using System.Text.Json.Nodes;
using MailApi.IntegrationTests.Running;
using MailApi.IntegrationTests.Smtp;

namespace MailApi.IntegrationTests.Relaying;

/// <summary>A relay that accepts connections and then says nothing keeps no mail that another can take, and nothing is sent twice.</summary>
public sealed class HangingRelayTests
{
    private const int Messages = 40;
    private const int Sessions = 3;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    [Fact]
    public async Task That_does_not_greet()
    {
        var goesOn = new TaskCompletionSource();
        await GoesOnElsewhereAsync(new SmtpScript { Banner = x => x.Default.Once(goesOn.Task) }, staying: 0, goesOn);
    }

    [Fact]
    public async Task That_does_not_say_whether_it_took_the_message()
    {
        var goesOn = new TaskCompletionSource();
        await GoesOnElsewhereAsync(new SmtpScript { Dot = x => x.Default.Once(goesOn.Task) }, staying: Sessions, goesOn);
    }

    private static async Task GoesOnElsewhereAsync(SmtpScript script, int staying, TaskCompletionSource goesOn)
    {
        await using var first = await ScriptedSmtpServer.StartAsync(script);
        await using var second = await ScriptedSmtpServer.StartAsync();
        await using var service = await ServiceProcess.StartAsync("sqlite", new Dictionary<string, string>
        {
            ["Relays__first__Host"] = first.Host,
            ["Relays__first__Port"] = $"{first.Port}",
            ["Relays__first__Security"] = "none",
            ["Relays__first__Priority"] = "1",
            ["Relays__first__MaxConnections"] = $"{Sessions}",
            ["Relays__second__Host"] = second.Host,
            ["Relays__second__Port"] = $"{second.Port}",
            ["Relays__second__Security"] = "none",
            ["Relays__second__Priority"] = "2",
            ["Delivery__ShutdownTimeout"] = "00:00:01",
        });
        using var api = new ApiClient(service.CreateClient());
        var answer = await api.PostAsync("/v1/messages/batch", new JsonObject
        {
            ["messages"] = new JsonArray(
                [.. Enumerable.Range(0, Messages).Select(i => (JsonNode)ApiClient.Message($"ann@d{i}.example"))]),
        });
        Assert.Equal(202, answer.Status);

        await second.Journal.WaitUntilAsync(j => j.Messages.Count == Messages - staying, Patience);
        var relay = (await api.GetAsync("/readyz")).Body!["relays"]![0]!;
        Assert.False(relay["ready"]!.GetValue<bool>());
        Assert.StartsWith("The server hangs:", relay["trouble"]!.GetValue<string>(), StringComparison.Ordinal);
        var metrics = await api.Http.GetStringAsync("/metrics", TestContext.Current.CancellationToken);
        Assert.Matches("mailapi_relays_ready{[^}]*relay=\"first\"[^}]*} 0", metrics);

        goesOn.SetResult();
        await ApiClient.WaitAsync(
            async () => (await api.GetAsync("/readyz")).Body!["status"]!, status => status.GetValue<string>() == "ready", Patience);
        await api.WaitForEndAsync(await api.AcceptAsync(ApiClient.Message("later@d.example")));

        Assert.Equal(staying + 1, first.Journal.Messages.Count);
        Assert.Equal(Messages - staying, second.Journal.Messages.Count);
    }
}
