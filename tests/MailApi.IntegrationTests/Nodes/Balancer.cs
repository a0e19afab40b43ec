using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using MailApi.IntegrationTests.Running;

namespace MailApi.IntegrationTests.Nodes;

/// <summary>
/// A load balancer with callers behind it who do not stop sending. A node is out while <c>/readyz</c> does not say 200, or
/// once its port refuses; only what was refused before a byte was sent goes to another node.
/// </summary>
internal sealed class Balancer : IAsyncDisposable
{
    /// <summary>Of those who keep their connections, and of those who make a new one each time.</summary>
    private const int Callers = 2;
    private static readonly TimeSpan CheckEvery = TimeSpan.FromMilliseconds(200);

    private readonly Fleet _fleet;
    private readonly HttpClient[] _clients;
    private readonly HttpClient[] _freshClients;
    private readonly bool[] _isIn;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentBag<string> _accepted = [];
    private readonly ConcurrentBag<string> _failures = [];
    private readonly int[] _served;
    private Task _running = Task.CompletedTask;
    private int _turn;

    public Balancer(Fleet fleet)
    {
        _fleet = fleet;
        _clients = [.. fleet.Nodes.Select(n => n.CreateClient())];
        _freshClients = [.. fleet.Nodes.Select(n => n.CreateClient())];
        Array.ForEach(_freshClients, c => c.DefaultRequestHeaders.ConnectionClose = true);
        _isIn = [.. fleet.Nodes.Select(_ => true)];
        _served = new int[fleet.Nodes.Count];
    }

    /// <summary>Requests that were not answered as they should be.</summary>
    public IReadOnlyCollection<string> Failures => _failures;

    /// <summary>Recipients of the messages that were answered 202, one each.</summary>
    public IReadOnlyCollection<string> Accepted => _accepted;

    public void Start() => _running = Task.WhenAll(
        Enumerable.Range(0, _clients.Length).Select(CheckAsync).Concat(Enumerable.Range(0, Callers).SelectMany(
            _ => new[] { CallAsync(_clients), CallAsync(_freshClients) })));

    /// <summary>Ends when a node has answered more callers than now.</summary>
    public async Task WaitUntilServedByAsync(int node)
    {
        var before = Volatile.Read(ref _served[node]);
        await ApiClient.WaitAsync(
            () => Task.FromResult<JsonNode>(Volatile.Read(ref _served[node])), served => served.GetValue<int>() > before + 20);
    }

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Array.ForEach([.. _clients, .. _freshClients], c => c.Dispose());
        _stop.Dispose();
    }

    private async Task CheckAsync(int node)
    {
        using var client = _fleet.Nodes[node].CreateClient(key: null);
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                using var ready = await client.GetAsync("/readyz");
                Volatile.Write(ref _isIn[node], ready.IsSuccessStatusCode);
            }
            catch (HttpRequestException)
            {
                Volatile.Write(ref _isIn[node], false);
            }

            await Task.Delay(CheckEvery);
        }
    }

    private async Task CallAsync(HttpClient[] clients)
    {
        while (!_stop.IsCancellationRequested)
        {
            var to = $"{Guid.NewGuid():n}@example.net";
            if (await AskAsync(node => clients[node].PostAsJsonAsync("/v1/messages", ApiClient.Message(to)), 202) is { } message)
            {
                _accepted.Add(to);
                await AskAsync(node => clients[node].GetAsync($"/v1/messages/{message["id"]}"), 200);
            }
        }
    }

    /// <summary>Asks the node whose turn it is; null when the answer was not the expected one.</summary>
    private async Task<JsonNode?> AskAsync(Func<int, Task<HttpResponseMessage>> ask, int expected)
    {
        while (true)
        {
            var node = Next();
            try
            {
                using var response = await ask(node);
                var text = await response.Content.ReadAsStringAsync();
                if ((int)response.StatusCode == expected)
                {
                    Interlocked.Increment(ref _served[node]);
                    return JsonNode.Parse(text);
                }

                _failures.Add($"node {node} answered {(int)response.StatusCode}: {text}");
                return null;
            }
            catch (HttpRequestException e) when (e.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionRefused })
            {
                Volatile.Write(ref _isIn[node], false);
            }
            catch (HttpRequestException e)
            {
                _failures.Add($"node {node}: {e.Message} {e.InnerException?.Message}");
                return null;
            }
        }
    }

    private int Next()
    {
        while (true)
        {
            var node = (Interlocked.Increment(ref _turn) & int.MaxValue) % _clients.Length;
            if (Volatile.Read(ref _isIn[node]) || !Array.Exists(_isIn, isIn => isIn))
            {
                return node;
            }
        }
    }
}
