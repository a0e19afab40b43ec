using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json.Nodes;
using MailApi.IntegrationTests.Running;

namespace MailApi.IntegrationTests.Nodes;

/// <summary>
/// Callers of every node who do not stop asking: they send, read one message and list. Each answer is a success or a 503
/// that came in time and says when to come again.
/// </summary>
internal sealed class OutageTraffic(Fleet fleet, string id) : IDisposable
{
    private static readonly TimeSpan InTime = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly ConcurrentDictionary<(int Node, string Path), (int Answered, int Refused)> _counts = new();
    private readonly ConcurrentBag<string> _accepted = [];
    private readonly CancellationTokenSource _stop = new();
    private IReadOnlyList<Task> _running = [];

    /// <summary>The messages that were answered 202.</summary>
    public IReadOnlyCollection<string> Accepted => _accepted;

    public void Start() => _running = [.. Enumerable.Range(0, fleet.Nodes.Count).SelectMany(node => new[]
    {
        AskAsync(node, "/v1/messages", ApiClient.Message("traffic@example.net")),
        AskAsync(node, $"/v1/messages/{id}", null),
        AskAsync(node, "/v1/messages?limit=5", null),
        AskAsync(node, "/v1/suppressions", null),
        WatchAsync(node),
    })];

    /// <summary>Every caller has been answered.</summary>
    public Task WaitForAnswersAsync() => WaitAsync(c => c.Value.Answered > 0);

    /// <summary>Every caller has been refused, more than once.</summary>
    public Task WaitForRefusalsAsync() => WaitAsync(c => c.Value.Refused > 3);

    /// <summary>Waits until every caller is served again; then they end.</summary>
    public async Task StopAsync()
    {
        var before = _counts.ToDictionary();
        await WaitAsync(c => c.Value.Answered > before[c.Key].Answered);
        await _stop.CancelAsync();
        await Task.WhenAll(_running);
    }

    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
    }

    private async Task AskAsync(int node, string path, JsonObject? message)
    {
        using var api = fleet.Client(node);
        while (!_stop.IsCancellationRequested)
        {
            if (message is not null)
            {
                message["to"] = $"traffic-{Guid.NewGuid():n}@example.net";
            }

            var waited = Stopwatch.StartNew();
            var answer = await api.SendAsync(message is null ? HttpMethod.Get : HttpMethod.Post, path, message?.DeepClone());
            waited.Stop();
            Count(node, path, answer, waited.Elapsed);
            if (answer.Status == 202)
            {
                _accepted.Add(answer.Body!["id"]!.GetValue<string>());
            }

            // A caller who has the patience that Retry-After asks for would be too easy.
            await Task.Delay(answer.Status == 503 ? 100 : 20);
        }
    }

    private void Count(int node, string path, Answer answer, TimeSpan waited)
    {
        Assert.True(waited < InTime, $"{path} of node {node} was answered {answer.Status} after {waited}");
        if (answer.Status == 503)
        {
            Assert.Equal("unavailable", answer.Code);
            Assert.Equal("application/problem+json", answer.Response.Content.Headers.ContentType!.MediaType);
            Assert.True(answer.Response.Headers.RetryAfter!.Delta > TimeSpan.Zero);
            Assert.True(answer.Response.Headers.Contains("X-Request-Id"));
        }
        else
        {
            Assert.True(answer.Status is 200 or 202, $"{path} of node {node} was answered {answer.Status}: {answer.Body}");
        }

        var refused = answer.Status == 503 ? 1 : 0;
        _counts.AddOrUpdate((node, path), (1 - refused, refused), (_, c) => (c.Answered + 1 - refused, c.Refused + refused));
    }

    /// <summary>The process lives and says so; it is not ready, and says that as fast.</summary>
    private async Task WatchAsync(int node)
    {
        using var api = new ApiClient(fleet.Nodes[node].CreateClient(key: null));
        while (!_stop.IsCancellationRequested)
        {
            var waited = Stopwatch.StartNew();
            Assert.Equal(200, (await api.GetAsync("/healthz")).Status);
            var ready = await api.GetAsync("/readyz");
            Assert.True(waited.Elapsed < InTime, $"/healthz and /readyz of node {node} took {waited.Elapsed}");
            Assert.Equal(ready.Status == 200, ready.Body!["database"]!.GetValue<bool>());
            var refused = ready.Status == 503 ? 1 : 0;
            _counts.AddOrUpdate(
                (node, "/readyz"), (1 - refused, refused), (_, c) => (c.Answered + 1 - refused, c.Refused + refused));
            await Task.Delay(100);
        }
    }

    /// <summary>A caller that was answered as it should not be ends the waiting.</summary>
    private Task<JsonNode> WaitAsync(Func<KeyValuePair<(int Node, string Path), (int Answered, int Refused)>, bool> reached) =>
        ApiClient.WaitAsync(
            async () =>
            {
                await Task.WhenAll(_running.Where(r => r.IsFaulted));
                return new JsonArray([.. _counts.Select(c => (JsonNode)$"{c.Key} {c.Value} {reached(c)}")]);
            },
            seen => _counts.Count == 5 * fleet.Nodes.Count && _counts.All(reached), Patience);
}
