using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using MailApi.Benchmarks.LoadTool.Peers;
using MailApi.Core.Notifications.Sending;
using MailApi.IntegrationTests.Running;

namespace MailApi.IntegrationTests.Webhooks;

/// <summary>The receivers of docs/receivers take what the service sends, once, and nothing else.</summary>
public sealed class ReceiverExampleTests(SqliteCapture service)
{
    private const string Body = """{"id":"evt_1","type":"message.delivered"}""";

    [Theory]
    [InlineData("dotnet", "ReceiverExample.dll")]
    [InlineData("node", "Receivers/receiver.mjs")]
    [InlineData("python3", "Receivers/receiver.py")]
    public async Task A_receiver_verifies_what_it_takes(string program, string file)
    {
        using var api = await service.NewWebhookProjectAsync();
        var url = $"http://127.0.0.1:{FreePort.Next()}/hook";
        var made = await api.PostAsync("/v1/webhooks", new JsonObject { ["url"] = url, ["events"] = new JsonArray("message.*") });
        Assert.True(made.Status == 201, $"{made.Body}");
        var (endpoint, secret) = (made.Body!["id"]!.GetValue<string>(), made.Body["secret"]!.GetValue<string>());
        Assert.True(WebhookSecret.TryParse(secret, out var key));
        using var receiver = await StartAsync(program, file, new Uri(url), secret);

        var told = (await api.PostAsync($"/v1/webhooks/{endpoint}/test")).Body!["event_id"]!.GetValue<string>();
        var delivery = await api.WaitForDeliveryAsync(endpoint, d => d["status"]!.GetValue<string>() == "succeeded");
        Assert.Equal(204, delivery["attempts"]![0]!["status_code"]!.GetValue<int>());
        await receiver.WaitForLineAsync($"{told} webhook.test");

        var (now, other) = (DateTimeOffset.UtcNow, WebhookSecret.New());
        Assert.Equal(204, await PostAsync(url, now, Body, [key]));
        Assert.Equal(204, await PostAsync(url, now, Body, [other, key]));
        Assert.Equal(401, await PostAsync(url, now, Body, [other]));
        Assert.Equal(401, await PostAsync(url, now, Body + " ", [key]));
        Assert.Equal(401, await PostAsync(url, now.AddMinutes(-10), Body, [key]));
        Assert.Equal(401, await PostAsync(url, now.AddMinutes(10), Body, [key]));
        Assert.Equal(401, await PostAsync(url, now, Body, []));
        await receiver.WaitForLineAsync("evt_1 message.delivered");
        Assert.Equal(2, receiver.Lines.Count(l => l.StartsWith("evt_", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("csharp", "csharp/Program.cs")]
    [InlineData("js", "node/receiver.mjs")]
    [InlineData("python", "python/receiver.py")]
    public async Task The_guide_shows_what_is_in_the_receiver(string language, string file)
    {
        var guide = await Repository.ReadAsync("docs/webhooks.md");
        var receiver = Lines(await Repository.ReadAsync($"docs/receivers/{file}"));
        var excerpt = Lines(guide.Split($"```{language}\n")[1].Split("```")[0]);

        Assert.Contains(excerpt, receiver, StringComparison.Ordinal);
        Assert.Contains($"(receivers/{file})", guide, StringComparison.Ordinal);

        // Only the indentation differs.
        static string Lines(string text) => string.Join('\n', text.Trim().Split('\n').Select(l => l.Trim()));
    }

    /// <summary>Signs <see cref="Body"/>, and posts what arrives instead of it.</summary>
    private static async Task<int> PostAsync(string url, DateTimeOffset at, string arrives, IReadOnlyList<WebhookSecret> secrets)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new StringContent(arrives) };
        request.Headers.Add("webhook-id", "evt_1");
        request.Headers.Add("webhook-timestamp", at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
        if (secrets.Count > 0)
        {
            request.Headers.Add("webhook-signature", WebhookSignature.Sign(
                [.. secrets.Select(s => s.Key)], "evt_1", at, Encoding.UTF8.GetBytes(Body)));
        }

        using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
        return (int)answer.StatusCode;
    }

    private static async Task<Program> StartAsync(string program, string file, Uri url, string secret)
    {
        var start = new ProcessStartInfo(program, [Path.Combine(AppContext.BaseDirectory, file)])
        {
            RedirectStandardOutput = true,
        };
        start.Environment["WEBHOOK_SECRET"] = secret;
        start.Environment["PORT"] = $"{url.Port}";
        start.Environment["ASPNETCORE_URLS"] = url.GetLeftPart(UriPartial.Authority);
        try
        {
            var started = new Program(Process.Start(start)!);
            await started.WaitUntilListeningAsync(url.Port);
            return started;
        }
        catch (Win32Exception)
        {
            Assert.Skip($"{program} is missing; tests/run installs it.");
            throw;
        }
    }

    private sealed class Program : IDisposable
    {
        private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

        private readonly Process _process;
        private readonly ConcurrentQueue<string> _lines = new();

        public Program(Process process)
        {
            _process = process;
            process.OutputDataReceived += (_, e) => _lines.Enqueue(e.Data ?? "");
            process.BeginOutputReadLine();
        }

        public IReadOnlyCollection<string> Lines => _lines;

        public Task WaitForLineAsync(string line) => WaitAsync(() => Task.FromResult(Lines.Contains(line)), line);

        public Task WaitUntilListeningAsync(int port) => WaitAsync(
            async () =>
            {
                using var client = new TcpClient();
                try
                {
                    await client.ConnectAsync(IPAddress.Loopback, port, TestContext.Current.CancellationToken);
                    return true;
                }
                catch (SocketException)
                {
                    return false;
                }
            },
            "an open port");

        public void Dispose()
        {
            _process.Kill();
            _process.WaitForExit();
            _process.Dispose();
        }

        private async Task WaitAsync(Func<Task<bool>> look, string what)
        {
            var waited = Stopwatch.StartNew();
            while (!await look())
            {
                Assert.True(waited.Elapsed < Patience && !_process.HasExited, $"No {what}: {string.Join('\n', Lines)}");
                await Task.Delay(50);
            }
        }
    }
}
