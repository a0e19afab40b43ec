using System.Text.Json.Nodes;
using MailApi.IntegrationTests.Dns;
using MailApi.IntegrationTests.Running;
using MailApi.IntegrationTests.Smtp;

namespace MailApi.IntegrationTests.Relaying;

/// <summary>A domain that hangs with more queued than memory holds keeps nobody else's mail waiting, not even its own project's.</summary>
public sealed class HangingDestinationTests
{
    private const int Queued = 400;
    private const int Others = 50;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task Behind_a_smart_host(string provider)
    {
        await using var server = await HangingServerAsync();
        await using var service = await ServiceProcess.StartAsync(provider, new Dictionary<string, string>
        {
            ["Relays__main__Host"] = server.Host,
            ["Relays__main__Port"] = $"{server.Port}",
            ["Relays__main__Security"] = "none",
            ["Relays__main__MaxConnections"] = "8",
            ["Delivery__MaxInMemory"] = "100",
            ["Delivery__ShutdownTimeout"] = "00:00:01",
        });

        await OthersGoOnAsync(service, server);
    }

    [Fact]
    public async Task In_direct_delivery()
    {
        await using var dns = StubDnsServer.Start();
        await using var hanging = await HangingServerAsync();
        await using var server = await ScriptedSmtpServer.StartAsync(host: "127.0.0.2", port: hanging.Port);
        dns.Zone.Host("hangs.example", "127.0.0.1").Host("answers.example", "127.0.0.2");
        await using var service = await ServiceProcess.StartAsync("sqlite", new Dictionary<string, string>
        {
            ["Relays__direct__Direct"] = "true",
            ["Relays__direct__Port"] = $"{server.Port}",
            ["Relays__direct__LocalName"] = "us.example",
            ["Relays__direct__AllowedNetworks__0"] = "127.0.0.0/8",
            ["Relays__direct__DnsServers__0"] = $"{dns.EndPoint}",
            ["Delivery__MaxInMemory"] = "100",
            ["Delivery__ShutdownTimeout"] = "00:00:01",
        });

        await OthersGoOnAsync(service, server);
    }

    private static async Task OthersGoOnAsync(ServiceProcess service, ScriptedSmtpServer server)
    {
        using var api = new ApiClient(service.CreateClient());
        await SendAsync(api, "hangs.example", Queued);
        await SendAsync(api, "answers.example", Others);

        for (var i = 0; i < Others; i++)
        {
            await server.WaitForMessageAsync(m => m.Recipients.Contains($"{i}@answers.example"), Patience);
        }

        var waiting = await api.GetAsync("/v1/messages?status=queued&limit=100");
        Assert.Equal(100, waiting.Body!["data"]!.AsArray().Count);
        Assert.DoesNotContain(server.Journal.Messages, m => m.Recipients.Any(r => r.EndsWith("@hangs.example", StringComparison.Ordinal)));
    }

    private static Task<ScriptedSmtpServer> HangingServerAsync() => ScriptedSmtpServer.StartAsync(new SmtpScript
    {
        Rcpt = x => x.Address.EndsWith("@hangs.example", StringComparison.Ordinal)
            ? x.Default.After(TimeSpan.FromMinutes(10))
            : x.Default,
    });

    private static async Task SendAsync(ApiClient api, string domain, int count)
    {
        foreach (var batch in Enumerable.Range(0, count).Chunk(100))
        {
            var answer = await api.PostAsync("/v1/messages/batch", new JsonObject
            {
                ["messages"] = new JsonArray([.. batch.Select(i => (JsonNode)ApiClient.Message($"{i}@{domain}"))]),
            });
            Assert.True(answer.Status == 202, $"{answer.Body}");
        }
    }
}
