using System.Globalization;
using System.Net;
using System.Text.Json;
using MailApi.IntegrationTests.Dns;

namespace MailApi.Tests.Notifications.Sending;

/// <summary>What passes the first check, or never met it, still leads nowhere inside.</summary>
public sealed class SsrfTests : IAsyncLifetime
{
    private const string Public = "127.0.0.2";

    private readonly StubDnsServer _dns = StubDnsServer.Start();

    /// <summary>Hears whoever dials this machine, by whatever address.</summary>
    private readonly RawHttpServer _inside = RawHttpServer.Start("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "::");

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _inside.DisposeAsync();
        await _dns.DisposeAsync();
    }

    [Fact]
    public async Task No_blocked_URL_of_the_list_is_dialled_even_when_the_first_check_is_left_out()
    {
        _dns.Zone.Host("localhost", "127.0.0.1").Host("localhost.localdomain", "127.0.0.1").Host("foo.localhost", "::1");
        using var sender = Start();
        var dialled = new List<string>();
        var posted = 0;
        foreach (var row in TestData.Rows("ssrf.tsv").Where(r => r[3] == "block"))
        {
            if (Uri.TryCreate(JsonSerializer.Deserialize<string>(row[0]), UriKind.Absolute, out var url)
                && url.Scheme is "http" or "https")
            {
                posted++;
                var answer = await sender.PostAsync(new UriBuilder(url!) { Port = _inside.Port }.Uri.OriginalString);
                if (answer.StatusCode is not null || answer.Error is null || _inside.Connections > 0)
                {
                    dialled.Add($"{row[0]}: {answer}");
                }
            }
        }

        Assert.Empty(dialled);
        Assert.True(posted > 300, $"{posted} posted");
    }

    [Theory]
    [InlineData("private-a.test", "10.0.0.5")]
    [InlineData("loop-a.test", "127.0.0.1")]
    [InlineData("mapped-aaaa.test", "127.0.0.1")]
    [InlineData("six.test", "fd00::1")]
    [InlineData("cname-priv.test", "127.0.0.1")]
    [InlineData("cname-chain.test", "10.0.0.5")]
    [InlineData("nx.test", "does not exist")]
    [InlineData("ill.test", "DNS gave no answer")]
    [InlineData("huge.test", "more than 64 addresses")]
    public async Task A_name_that_leads_inside_is_blocked_with_the_reason(string name, string reason)
    {
        _dns.Zone.Host("private-a.test", "10.0.0.5").Host("loop-a.test", "127.0.0.1")
            .Host("mapped-aaaa.test", "::ffff:127.0.0.1").Host("six.test", "fd00::1")
            .Alias("cname-priv.test", "loop-a.test").Alias("cname-chain.test", "c1.test").Alias("c20.test", "private-a.test")
            .Fail("ill.test", DnsStatus.ServFail).OnlyOverTcp("huge.test");
        for (var i = 1; i < 20; i++)
        {
            _dns.Zone.Alias($"c{i}.test", $"c{i + 1}.test");
        }

        for (var i = 0; i < 500; i++)
        {
            _dns.Zone.Host("huge.test", $"127.0.{i / 250}.{1 + (i % 250)}");
        }

        using var sender = Start();
        var answer = await sender.PostAsync($"http://{name}:{_inside.Port}/hook");

        Assert.Null(answer.StatusCode);
        Assert.Contains(reason, answer.Error, StringComparison.Ordinal);
        Assert.Contains(name, answer.Error, StringComparison.Ordinal);
        Assert.Equal(0, _inside.Connections);
    }

    [Fact]
    public async Task A_name_is_looked_up_once_and_the_connection_goes_to_that_answer()
    {
        await using var server = RawHttpServer.Start("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", Public);
        _dns.Zone.Host("rebind.test", Public);
        using var sender = Start();
        Assert.True((await sender.PostAsync($"http://rebind.test:{server.Port}/hook")).Succeeded);
        Assert.Single(_dns.Questions, q => q.Type == DnsType.A);

        // The name moves inside: the open connection stays where it was, a new one is not made.
        _dns.Zone.Clear().Host("rebind.test", "127.0.0.1");
        Assert.True((await sender.PostAsync($"http://rebind.test:{server.Port}/hook")).Succeeded);
        Assert.Single(_dns.Questions, q => q.Type == DnsType.A);
        var moved = await sender.PostAsync($"http://rebind.test:{_inside.Port}/hook");

        Assert.Contains("127.0.0.1", moved.Error, StringComparison.Ordinal);
        Assert.Equal((1, 0), (server.Connections, _inside.Connections));
    }

    [Fact]
    public async Task Of_several_answers_only_a_permitted_one_is_dialled()
    {
        await using var server = RawHttpServer.Start("HTTP/1.1 204 No Content\r\n\r\n", Public);
        _dns.Zone.Host("mixed.test", "127.0.0.1").Host("mixed.test", Public).Host("mixed.test", "::1");
        using var sender = Start();
        var answer = await sender.PostAsync($"http://mixed.test:{server.Port}/hook");

        Assert.Equal(204, answer.StatusCode);
    }

    [Fact]
    public async Task No_redirect_of_the_list_is_followed()
    {
        var rows = TestData.Rows("ssrf.tsv").Where(r => r[3] == "no-follow").ToList();
        Assert.NotEmpty(rows);
        _dns.Zone.Host("public-ok.test", Public);
        using var sender = Start();
        foreach (var row in rows)
        {
            var url = new Uri(JsonSerializer.Deserialize<string>(row[0])!);
            var code = int.Parse(url.Query[6..9], CultureInfo.InvariantCulture);
            var target = JsonSerializer.Deserialize<string>(row[1])!.Replace(":9/", $":{_inside.Port}/", StringComparison.Ordinal);
            await using var server = RawHttpServer.Start(
                $"HTTP/1.1 {code} Moved\r\nLocation: {target}\r\nContent-Length: 0\r\n\r\n", Public);
            var answer = await sender.PostAsync(new UriBuilder(url) { Port = server.Port }.Uri.OriginalString);

            Assert.Equal(code, answer.StatusCode);
            Assert.False(answer.Succeeded);
            Assert.Contains("redirect", answer.Error, StringComparison.Ordinal);
            Assert.Single(server.Requests);
        }

        Assert.Equal(0, _inside.Connections);
        Assert.DoesNotContain(_dns.Questions, q => q.Name != "public-ok.test");
    }

    private Sender Start() => new(o =>
    {
        o.AllowedNetworks = [$"{IPAddress.Parse(Public)}/32"];
        o.DnsServers = [_dns.EndPoint.ToString()];
    });
}
