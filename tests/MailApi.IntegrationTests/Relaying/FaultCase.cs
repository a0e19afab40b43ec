using System.Text.Json.Nodes;
using MailApi.IntegrationTests.Running;
using MailApi.IntegrationTests.Smtp;

namespace MailApi.IntegrationTests.Relaying;

/// <summary>A service whose one relay is a scripted server that misbehaves, with times scaled down.</summary>
internal sealed class FaultCase : IAsyncDisposable
{
    public const string Recipient = "ann@example.net";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly ServiceProcess _service;

    private FaultCase(ScriptedSmtpServer server, ServiceProcess service)
    {
        Server = server;
        _service = service;
        Api = new ApiClient(service.CreateClient());
    }

    public ScriptedSmtpServer Server { get; }

    public ApiClient Api { get; }

    public string Log => _service.Output;

    public static async Task<FaultCase> StartAsync(string row, params (string Key, string Value)[] settings)
    {
        var server = await ScriptedSmtpServer.StartAsync(SmtpFaultScripts.All[row]());
        var authority = Path.Combine(Path.GetTempPath(), $"mailapi-authority-{Environment.ProcessId}.pem");
        await File.WriteAllTextAsync(authority, TestCertificates.Authority.ExportCertificatePem());
        var all = new Dictionary<string, string>
        {
            ["SSL_CERT_FILE"] = authority,
            ["Delivery__RetrySchedule__0"] = "00:00:00.3",
            ["Delivery__RelayTroubleDelay"] = "00:00:00.3",
            ["Relays__main__Host"] = server.Host,
            ["Relays__main__Port"] = $"{server.Port}",
            ["Relays__main__Security"] = "none",
            ["Relays__main__ConnectTimeout"] = "00:00:01",
            ["Relays__main__BannerTimeout"] = "00:00:01",
            ["Relays__main__CommandTimeout"] = "00:00:01",
            ["Relays__main__TlsTimeout"] = "00:00:01",
            ["Relays__main__DataInitiationTimeout"] = "00:00:01",
            ["Relays__main__DataBlockTimeout"] = "00:00:01",
            ["Relays__main__DataTerminationTimeout"] = "00:00:05",
        };
        foreach (var (key, value) in settings)
        {
            all[key] = value;
        }

        return new FaultCase(server, await ServiceProcess.StartAsync("sqlite", all));
    }

    public Task<string> SendAsync(params string[] recipients) => SendAsync(0, recipients);

    /// <param name="bytes">How much to attach, for faults in the middle of a message.</param>
    /// <param name="recipients">None means one.</param>
    public Task<string> SendAsync(int bytes, params string[] recipients)
    {
        var message = ApiClient.Message();
        message["to"] = new JsonArray([.. (recipients.Length > 0 ? recipients : [Recipient]).Select(r => JsonValue.Create(r))]);
        message["text"] = "Grüße aus dem Test";
        if (bytes > 0)
        {
            var content = Convert.ToBase64String(new byte[bytes]);
            message["attachments"] = new JsonArray(new JsonObject { ["filename"] = "a.bin", ["content"] = content });
        }

        return Api.AcceptAsync(message);
    }

    public Task<JsonNode> WaitForStatusAsync(string id, string status, string email = Recipient) =>
        Api.WaitForAsync(id, m => ApiClient.StatusOf(m, email) == status);

    /// <summary>Waits for a deferral that is told with an event, and sees to it that nothing went out and nobody is blamed.</summary>
    public async Task AssertDeferredAsync(string id)
    {
        await Api.WaitForAsync(id, m => ApiClient.StatusOf(m, Recipient) == "deferred");
        var types = (await Api.EventsOfAsync(id)).Select(e => e["type"]!.GetValue<string>()).ToList();
        Assert.Contains("message.deferred", types);
        Assert.DoesNotContain("message.bounced", types);
        Assert.NotEmpty((await Api.AttemptsOfAsync(id))[0]["smtp"]!["response"]!.GetValue<string>());
        Assert.Empty(Server.Journal.Messages);
        await AssertNotSuppressedAsync();
    }

    /// <summary>The server comes to its senses; the message arrives, once.</summary>
    public async Task AssertArrivesOnceAfterAsync(SmtpScript healed, string id)
    {
        await Server.PlayAsync(healed);
        await WaitForStatusAsync(id, "delivered");
        var received = Assert.Single(Server.Journal.Messages);
        Assert.Contains("Grüße aus dem Test", received.Mime.TextBody, StringComparison.Ordinal);
    }

    /// <summary>Waits for a bounce and returns its verdict as the event tells it.</summary>
    public async Task<JsonNode> AssertBouncedAsync(string id, string email = Recipient)
    {
        await WaitForStatusAsync(id, "bounced", email);
        return (await Api.EventsOfAsync(id)).Single(e =>
            e["type"]!.GetValue<string>() == "message.bounced" && e["data"]!["recipient"]!.GetValue<string>() == email)["data"]!;
    }

    public async Task AssertNotSuppressedAsync() =>
        Assert.Empty((await Api.GetAsync("/v1/suppressions")).Body!["data"]!.AsArray());

    public Task WaitForMessagesAsync(int count) => Server.Journal.WaitUntilAsync(j => j.Messages.Count >= count, Patience);

    public async ValueTask DisposeAsync()
    {
        Api.Dispose();
        await _service.DisposeAsync();
        await Server.DisposeAsync();
    }
}
