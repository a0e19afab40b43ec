using System.Text;
using System.Text.Json.Nodes;
using MailApi.IntegrationTests.Running;
using MailApi.IntegrationTests.Smtp;

namespace MailApi.IntegrationTests.Feedback;

/// <summary>A service with signed return paths behind a relay that takes, or refuses, by the recipient's local part.</summary>
public abstract class LoopService(string provider) : IAsyncLifetime
{
    public const string ReturnPathDomain = "bounces.acme.example";
    public const string Key = "a key that the tests know, to make seals of their own";

    private ServiceProcess? _process;
    private ScriptedSmtpServer? _relay;

    public ServiceProcess Process
    {
        get
        {
            Assert.SkipWhen(_process is null, TestDatabase.NoServer);
            return _process!;
        }
    }

    internal ScriptedSmtpServer Relay => _relay!;

    public async ValueTask InitializeAsync()
    {
        if (!TestDatabase.IsAvailable(provider))
        {
            return;
        }

        _relay = await ScriptedSmtpServer.StartAsync(new SmtpScript { Rcpt = Answer });
        _process = await ServiceProcess.StartAsync(provider, new Dictionary<string, string>
        {
            ["Relays__main__Host"] = _relay.Host,
            ["Relays__main__Port"] = $"{_relay.Port}",
            ["Relays__main__Security"] = "none",
            ["Delivery__RetrySchedule__0"] = "00:00:30",
            ["Webhooks__AllowedNetworks__0"] = "127.0.0.0/8",
            ["Bounces__ReturnPathDomain"] = ReturnPathDomain,
            ["Bounces__ReturnPathKey"] = Key,
            ["Suppressions__SoftBounces__Threshold"] = "3",
        });
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
            await _relay!.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>A client of a new project.</summary>
    public async Task<ApiClient> NewProjectAsync(params string[] scopes)
    {
        using var admin = new ApiClient(Process.CreateClient());
        var project = (await admin.PostAsync("/v1/projects", new JsonObject { ["name"] = "test" })).Body!["id"]!.GetValue<string>();
        var key = await admin.PostAsync("/v1/api-keys", new JsonObject
        {
            ["name"] = "test",
            ["project_id"] = project,
            ["scopes"] = new JsonArray([.. (scopes.Length > 0 ? scopes : ["send", "read", "suppressions", "webhooks"])]),
        });
        return new ApiClient(Process.CreateClient(key.Body!["key"]!.GetValue<string>()));
    }

    /// <summary>An address that nothing has been sent to; its first word tells the relay what to do.</summary>
    public static string NewAddress(string word = "ann") => $"{word}-{Guid.NewGuid():n}@example.net";

    /// <summary>Sends to these, waits until the relay has the message, and returns what the relay saw.</summary>
    public async Task<SentMessage> SendAsync(ApiClient api, params string[] recipients)
    {
        var message = ApiClient.Message();
        message["to"] = new JsonArray([.. recipients.Select(r => JsonValue.Create(r))]);
        var id = await api.AcceptAsync(message);
        var received = await Relay.WaitForMessageAsync(m => m.Sender.Contains(id[4..], StringComparison.Ordinal));
        await api.WaitForAsync(id, m => m["recipients"]!.AsArray().All(r => r!["status"]!.GetValue<string>() != "queued"));
        return new SentMessage(id, received.Sender, received.Mime.MessageId!, recipients);
    }

    public static async Task<JsonNode> PushAsync(ApiClient api, string report)
    {
        using var content = new StringContent(report, Encoding.UTF8, "message/rfc822");
        using var response = await api.Http.PostAsync("/v1/bounces", content);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True((int)response.StatusCode == 202, text);
        return JsonNode.Parse(text)!;
    }

    private static Reply Answer(SmtpExchange x) => x.Address.Split('-')[0] switch
    {
        "full" => Reply.Lines("552 5.2.2 mailbox full"),
        "later" => Reply.Lines("450 4.2.0 greylisted, come back"),
        _ => x.Default,
    };
}

/// <summary>A message as the relay got it.</summary>
public sealed record SentMessage(string Id, string ReturnPath, string MessageId, IReadOnlyList<string> Recipients);

public sealed class SqliteLoop() : LoopService("sqlite");

public sealed class PostgresLoop() : LoopService("postgres");
