using System.Security.Cryptography;
using System.Text;
using MailApi.Core.Notifications.Sending;

namespace MailApi.Tests.Notifications.Sending;

/// <summary>What goes over the wire: signed as Standard Webhooks 1.0 has it, and with the endpoint's own headers.</summary>
public sealed class WebhookMessageTests
{
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

    [Fact]
    public async Task A_request_is_signed_with_each_key_over_the_bytes_that_are_sent()
    {
        await using var server = RawHttpServer.Start(Ok);
        using var sender = new Sender();
        byte[][] keys = [Sender.Key, RandomNumberGenerator.GetBytes(24)];
        await sender.PostAsync(Sender.Request($"http://127.0.0.1:{server.Port}/hook?a=b") with { Keys = keys });

        var (head, body) = Split(server.Requests.Single());
        Assert.StartsWith("POST /hook?a=b HTTP/1.1\r\n", head, StringComparison.Ordinal);
        Assert.Equal("{\"type\":\"message.delivered\"}", body);
        Assert.Contains("\r\nContent-Type: application/json\r\n", head, StringComparison.Ordinal);
        Assert.Contains("\r\nUser-Agent: MailApi/", head, StringComparison.Ordinal);
        Assert.Equal("req-1", Header(head, "X-Request-Id"));
        Assert.Equal(("evt_1", "1764000000"), (Header(head, "webhook-id"), Header(head, "webhook-timestamp")));
        var signed = Encoding.UTF8.GetBytes($"{Header(head, "webhook-id")}.{Header(head, "webhook-timestamp")}.{body}");
        Assert.Equal(
            keys.Select(k => "v1," + Convert.ToBase64String(HMACSHA256.HashData(k, signed))),
            Header(head, "webhook-signature")!.Split(' '));
    }

    /// <summary>The expected value was made by: printf %s "msg.1.{}" | openssl dgst -sha256 -mac HMAC -macopt hexkey:6b…</summary>
    [Fact]
    public void A_signature_is_what_another_implementation_makes() => Assert.Equal(
        "v1,CVIHtn2b3z7bQNY05wspaZV4s8DflNFVMn5XjIgwzKA=",
        WebhookSignature.Sign(
            [Encoding.ASCII.GetBytes(new string('k', 32))], "msg", DateTimeOffset.FromUnixTimeSeconds(1), "{}"u8));

    [Fact]
    public async Task Userinfo_becomes_authorization_and_stays_out_of_the_request_line()
    {
        await using var server = RawHttpServer.Start(Ok);
        using var sender = new Sender();
        await sender.PostAsync($"http://ann:s%40cret@127.0.0.1:{server.Port}/");

        var head = server.Requests.Single();
        Assert.Equal("Basic " + Convert.ToBase64String("ann:s@cret"u8), Header(head, "Authorization"));
        Assert.DoesNotContain("cret@", head, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_endpoints_own_headers_are_sent_but_never_in_place_of_ours()
    {
        await using var server = RawHttpServer.Start(Ok);
        using var sender = new Sender();
        var headers = new Dictionary<string, string>
        {
            ["Authorization"] = "Bearer t",
            ["X-Gateway"] = "a b",
            ["Expires"] = "never",
            ["webhook-id"] = "other",
        };
        await sender.PostAsync(Sender.Request($"http://ann:x@127.0.0.1:{server.Port}/") with { Headers = headers });

        var head = server.Requests.Single();
        Assert.Equal("Bearer t", Header(head, "Authorization"));
        Assert.Equal("a b", Header(head, "X-Gateway"));
        Assert.Equal("never", Header(head, "Expires"));
        Assert.Equal("evt_1", Header(head, "webhook-id"));
    }

    [Fact]
    public async Task An_answer_that_repeats_the_secrets_of_the_request_is_kept_without_them()
    {
        const string Echo = "token-8123 Bearer token-8123 p@ssword p%40ssword dXNlcjpwQHNzd29yZA== short";
        await using var server = RawHttpServer.Start($"HTTP/1.1 400 X\r\nContent-Length: {Echo.Length}\r\n\r\n{Echo}");
        using var sender = new Sender();
        var answer = await sender.PostAsync(
            Sender.Request($"http://user:p%40ssword@127.0.0.1:{server.Port}/") with
            {
                Headers = new Dictionary<string, string> { ["X-Gateway-Key"] = "Bearer token-8123", ["X-Kind"] = "short" },
            });

        Assert.Equal("*** *** *** *** *** short", answer.Response);
    }

    [Fact]
    public async Task Connections_are_kept()
    {
        await using var server = RawHttpServer.Start(Ok);
        using var sender = new Sender();
        for (var i = 0; i < 5; i++)
        {
            Assert.True((await sender.PostAsync(server)).Succeeded);
        }

        Assert.Equal(1, server.Connections);
    }

    [Theory]
    [InlineData("X-Api-Key", "a b\tc", true)]
    [InlineData("Authorization", "Bearer x", true)]
    [InlineData("X-Api-Key", "a\r\nb: c", false)]
    [InlineData("X-Api-Key", "a\0", false)]
    [InlineData("X-Api-Key", "ä", false)]
    [InlineData("X Api", "a", false)]
    [InlineData("X-Api:", "a", false)]
    [InlineData("", "a", false)]
    [InlineData("Webhook-Id", "a", false)]
    [InlineData("host", "a", false)]
    [InlineData("Content-Length", "a", false)]
    [InlineData("Transfer-Encoding", "chunked", false)]
    [InlineData("Proxy-Authorization", "a", false)]
    [InlineData("x-request-id", "a", false)]
    public void A_custom_header_is_checked(string name, string value, bool accepted) =>
        Assert.Equal(accepted, CustomHeaders.Check(name, value) is null);

    [Fact]
    public void A_custom_header_has_at_most_1000_characters()
    {
        Assert.Null(CustomHeaders.Check("X-A", new string('a', 1_000)));
        Assert.NotNull(CustomHeaders.Check("X-A", new string('a', 1_001)));
    }

    [Fact]
    public void A_secret_survives_its_text()
    {
        var secret = WebhookSecret.New();

        Assert.True(WebhookSecret.TryParse(secret.Text, out var parsed));
        Assert.Equal((32, secret.Text), (parsed.Key.Length, parsed.Text));
        Assert.NotEqual(secret.Text, WebhookSecret.New().Text);
        Assert.False(WebhookSecret.TryParse(secret.Text[6..], out _));
        Assert.False(WebhookSecret.TryParse("whsec_AAAA", out _));
        Assert.False(WebhookSecret.TryParse("whsec_" + Convert.ToBase64String(new byte[65]), out _));
    }

    [Fact]
    public void Each_fault_of_the_configuration_names_its_key()
    {
        Assert.Empty(new WebhookOptions().Validate());
        var faults = new WebhookOptions
        {
            RetrySchedule = [TimeSpan.FromSeconds(-1)],
            GiveUpAfter = TimeSpan.Zero,
            Timeout = TimeSpan.Zero,
            ConnectTimeout = TimeSpan.FromHours(1),
            AllowedNetworks = ["10.0.0.1/8x"],
            DnsServers = ["192.0.2.1"],
            MaxConcurrencyPerEndpoint = 101,
            MaxEndpointsPerProject = 0,
            DisableAfter = TimeSpan.Zero,
        }.Validate().ToList();

        Assert.Equal(9, faults.Count);
        Assert.All(faults, f => Assert.Matches(@"\AWebhooks:[A-Za-z]+ .*\.\z", f));
    }

    private static (string Head, string Body) Split(string request)
    {
        var end = request.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4;
        return (request[..end], request[end..]);
    }

    private static string? Header(string head, string name) => head.Split("\r\n")
        .FirstOrDefault(l => l.StartsWith(name + ": ", StringComparison.OrdinalIgnoreCase))?[(name.Length + 2)..];
}
