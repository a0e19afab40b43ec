using System.Text.Json.Nodes;
using MailApi.IntegrationTests.Dns;
using MailApi.IntegrationTests.Running;
using MailApi.IntegrationTests.Smtp;

namespace MailApi.IntegrationTests.Relaying;

/// <summary>Straight to the mail exchangers: what DNS says decides, and a stranger's DNS leads nowhere inside.</summary>
public sealed class DirectDeliveryTests : IAsyncLifetime
{
    private readonly StubDnsServer _dns = StubDnsServer.Start();
    private ScriptedSmtpServer? _server;

    private ScriptedSmtpServer Server => _server!;

    public async ValueTask InitializeAsync() => _server = await ScriptedSmtpServer.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        await _dns.DisposeAsync();
    }

    [Fact]
    public async Task The_second_exchanger_takes_over_when_the_first_is_down()
    {
        _dns.Zone.Mx("two.example", 10, "mx1.two.example").Mx("two.example", 20, "mx2.two.example")
            .Host("mx1.two.example", "127.0.0.2").Host("mx2.two.example", "127.0.0.1");
        await using var service = await StartAsync("127.0.0.0/8");
        using var api = new ApiClient(service.CreateClient());
        var id = await api.AcceptAsync(ApiClient.Message("ann@two.example"));
        await api.WaitForEndAsync(id);

        Assert.Single(Server.Journal.Messages);
        var attempts = await api.AttemptsOfAsync(id);
        Assert.Equal(["mx1.two.example", "mx2.two.example"], attempts.Select(a => a["host"]!.GetValue<string>()));
        Assert.Equal([1, 1], attempts.Select(a => a["number"]!.GetValue<int>()));
    }

    [Fact]
    public async Task A_domain_without_exchangers_is_its_own_and_each_domain_goes_its_own_way()
    {
        _dns.Zone.Host("plain.example", "127.0.0.1").Mx("other.example", 10, "mx.other.example").Host("mx.other.example", "127.0.0.1");
        await using var service = await StartAsync("127.0.0.0/8");
        using var api = new ApiClient(service.CreateClient());
        var message = ApiClient.Message();
        message["to"] = new JsonArray("a@plain.example", "b@other.example", "c@nowhere.example");
        var done = await api.WaitForEndAsync(await api.AcceptAsync(message));

        Assert.Equal("delivered", ApiClient.StatusOf(done, "a@plain.example"));
        Assert.Equal("delivered", ApiClient.StatusOf(done, "b@other.example"));
        Assert.Equal("bounced", ApiClient.StatusOf(done, "c@nowhere.example"));
        Assert.Equal(2, Server.Journal.Messages.Count);
    }

    [Theory]
    [InlineData("mx-null", "5.1.10", "hard")]
    [InlineData("mx-nxdomain", "5.1.2", "hard")]
    [InlineData("mx-loop", "5.4.6", "block")]
    [InlineData("mx-private", "5.7.1", "block")]
    public async Task What_DNS_rules_out_bounces_without_a_connection(string row, string code, string bounceClass)
    {
        _dns.Zone.Mx("mx-null.example", 0, ".").Mx("mx-loop.example", 10, "us.example").Host("us.example", "127.0.0.1")
            .Mx("mx-private.example", 10, "inside.example").Host("inside.example", "127.0.0.1");
        await using var service = await StartAsync(row == "mx-private" ? "192.0.2.0/24" : "127.0.0.0/8");
        using var api = new ApiClient(service.CreateClient());
        var id = await api.AcceptAsync(ApiClient.Message($"ann@{row}.example"));
        await api.WaitForEndAsync(id);

        var bounced = (await api.EventsOfAsync(id)).Single(e => e["type"]!.GetValue<string>() == "message.bounced")["data"]!;
        Assert.StartsWith(code, bounced["reason"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal(bounceClass, bounced["bounce"]!["class"]!.GetValue<string>());
        Assert.Equal(0, Server.Journal.ConnectionCount);
    }

    [Fact]
    public async Task When_DNS_fails_the_message_waits()
    {
        _dns.Zone.Fail("ill.example", DnsStatus.ServFail);
        await using var service = await StartAsync("127.0.0.0/8");
        using var api = new ApiClient(service.CreateClient());
        var id = await api.AcceptAsync(ApiClient.Message("ann@ill.example"));
        await api.WaitForAsync(id, m => ApiClient.StatusOf(m, "ann@ill.example") == "deferred");

        Assert.Equal(0, Server.Journal.ConnectionCount);
        Assert.Empty((await api.GetAsync("/v1/suppressions")).Body!["data"]!.AsArray());
    }

    private Task<ServiceProcess> StartAsync(string allowedNetwork) => ServiceProcess.StartAsync("sqlite", new Dictionary<string, string>
    {
        ["Delivery__RetrySchedule__0"] = "00:00:01",
        ["Relays__direct__Direct"] = "true",
        ["Relays__direct__Port"] = $"{Server.Port}",
        ["Relays__direct__LocalName"] = "us.example",
        ["Relays__direct__AllowedNetworks__0"] = allowedNetwork,
        ["Relays__direct__DnsServers__0"] = $"{_dns.EndPoint}",
        ["Relays__direct__ConnectTimeout"] = "00:00:02",
    });
}
