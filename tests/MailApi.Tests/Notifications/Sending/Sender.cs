using System.Security.Cryptography.X509Certificates;
using MailApi.Core.Notifications.Sending;
using Microsoft.Extensions.Options;

namespace MailApi.Tests.Notifications.Sending;

/// <summary>A client with times scaled down, and a request whose every part is known.</summary>
internal sealed class Sender : IDisposable
{
    public static readonly byte[] Key = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];

    public static readonly DateTimeOffset Timestamp = DateTimeOffset.FromUnixTimeSeconds(1_764_000_000);

    private readonly WebhookClient _client;

    public Sender(Action<WebhookOptions>? change = null, X509Certificate2? authority = null)
    {
        var options = new WebhookOptions
        {
            AllowedNetworks = ["127.0.0.0/8"],
            Timeout = TimeSpan.FromSeconds(5),
            ConnectTimeout = TimeSpan.FromSeconds(3),
        };
        change?.Invoke(options);
        _client = new WebhookClient(Options.Create(options), TimeProvider.System, authority);
    }

    public static WebhookRequest Request(string url) => new(
        new Uri(url), new Dictionary<string, string>(), [Key], "evt_1", Timestamp, "{\"type\":\"message.delivered\"}"u8.ToArray(),
        "req-1");

    public Task<WebhookAnswer> PostAsync(string url) => PostAsync(Request(url));

    public Task<WebhookAnswer> PostAsync(WebhookRequest request) =>
        _client.PostAsync(request, TestContext.Current.CancellationToken);

    public Task<WebhookAnswer> PostAsync(RawHttpServer server) => PostAsync($"http://127.0.0.1:{server.Port}/hook");

    public void Dispose() => _client.Dispose();
}
