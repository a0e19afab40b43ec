using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace MailApi.Benchmarks.LoadTool.Hooks;

/// <summary>One event as an endpoint was told it.</summary>
public sealed record HookEvent(string Id, string? MessageId, int? Sequence, bool Taken);

/// <summary>
/// An HTTP endpoint inside the tool, as small as it can be: what it costs is taken from the service on the same machine.
/// </summary>
/// <param name="keep">Keep what each request said; otherwise requests are only counted.</param>
/// <param name="takes">Whether a request is answered 200; otherwise it is answered 500.</param>
public sealed class HookServer(bool keep, Func<bool> takes) : IAsyncDisposable
{
    private static readonly byte[] Taken = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"u8.ToArray();
    private static readonly byte[] Refused = "HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"u8.ToArray();

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<HookEvent> _events = new();
    private readonly ConcurrentBag<Task> _connections = [];
    private Task _accepting = Task.CompletedTask;
    private int _received;

    public string Url => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/";

    /// <summary>Requests so far.</summary>
    public int Received => Volatile.Read(ref _received);

    /// <summary>What they said, in the order of their arrival.</summary>
    public IReadOnlyCollection<HookEvent> Events => _events;

    public void Start()
    {
        _listener.Start(backlog: 512);
        _accepting = AcceptAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _accepting;
        await Task.WhenAll(_connections);
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var socket = await _listener.AcceptSocketAsync(_stop.Token);
                socket.NoDelay = true;
                _connections.Add(ServeAsync(socket));
            }
        }
        catch (OperationCanceledException)
        {
            // Disposed: the listener's work is over.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using var connection = socket;
        var buffer = new byte[16 * 1024];
        var length = 0;
        try
        {
            while (true)
            {
                var read = await socket.ReceiveAsync(buffer.AsMemory(length), _stop.Token);
                if (read == 0)
                {
                    return;
                }

                length += read;
                if (TryRead(buffer.AsSpan(0, length), out var whole, out var body))
                {
                    var taken = takes();
                    Note(buffer.AsSpan(body, whole - body), buffer.AsSpan(0, body), taken);
                    await socket.SendAsync(taken ? Taken : Refused, _stop.Token);
                    buffer.AsSpan(whole, length - whole).CopyTo(buffer);
                    length -= whole;
                }
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException)
        {
            // The run is over, or the service was killed.
        }
    }

    /// <summary>Requests come one at a time: a client waits for its answer.</summary>
    private static bool TryRead(ReadOnlySpan<byte> bytes, out int whole, out int body)
    {
        whole = 0;
        var head = bytes.IndexOf("\r\n\r\n"u8);
        body = head + 4;
        if (head < 0)
        {
            return false;
        }

        var header = Encoding.ASCII.GetString(bytes[..head]);
        whole = body + int.Parse(HeaderOf(header, "Content-Length"), System.Globalization.CultureInfo.InvariantCulture);
        return bytes.Length >= whole;
    }

    private static string HeaderOf(string head, string name)
    {
        var start = head.IndexOf($"\n{name}:", StringComparison.OrdinalIgnoreCase) + name.Length + 2;
        var end = head.IndexOf('\r', start);
        return head[start..(end < 0 ? head.Length : end)].Trim();
    }

    private void Note(ReadOnlySpan<byte> body, ReadOnlySpan<byte> head, bool taken)
    {
        Interlocked.Increment(ref _received);
        if (!keep)
        {
            return;
        }

        var told = JsonElement.Parse(body);
        var id = HeaderOf(Encoding.ASCII.GetString(head), "webhook-id");
        if (told.GetProperty("id").GetString() != id)
        {
            throw new RunFailedException($"a request named {id} tells of {told.GetProperty("id")}");
        }

        var data = told.GetProperty("data");
        _events.Enqueue(new HookEvent(
            id,
            data.TryGetProperty("message_id", out var message) ? message.GetString() : null,
            told.GetProperty("sequence").ValueKind == JsonValueKind.Number ? told.GetProperty("sequence").GetInt32() : null,
            taken));
    }
}
