using System.Net;
using System.Net.Sockets;
using System.Text;

namespace MailApi.IntegrationTests.Mailboxes;

/// <summary>Stands between client and server, counts, hangs up, and holds a command back when it is told to.</summary>
internal sealed class HoldingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _ended = new();
    private readonly TaskCompletionSource _held = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<TcpClient> _open = [];
    private readonly int _server;
    private readonly Task _accepting;
    private volatile string? _hold;
    private int _now;

    public HoldingProxy(int server)
    {
        _server = server;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Connections that stood at the same time.</summary>
    public int MostAtOnce { get; private set; }

    /// <summary>Ends when a command was held back.</summary>
    public Task Held => _held.Task.WaitAsync(TimeSpan.FromSeconds(30));

    /// <summary>Nothing passes to the server any more from the first packet on that has these words.</summary>
    public void HoldBefore(string words) => _hold = words;

    public void LetPass() => _hold = null;

    /// <summary>Breaks every connection.</summary>
    public void HangUp()
    {
        lock (_open)
        {
            _open.ForEach(c => c.Dispose());
            _open.Clear();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        HangUp();
        _listener.Dispose();
        await _accepting;
        _ended.Dispose();
    }

    private async Task AcceptAsync()
    {
        List<Task> sessions = [];
        try
        {
            while (true)
            {
                sessions.Add(PassAsync(await _listener.AcceptTcpClientAsync(_ended.Token)));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(sessions);
        }
    }

    private async Task PassAsync(TcpClient client)
    {
        using var server = new TcpClient();
        lock (_open)
        {
            _open.AddRange([client, server]);
            MostAtOnce = Math.Max(MostAtOnce, ++_now);
        }

        try
        {
            await server.ConnectAsync(IPAddress.Loopback, _server, _ended.Token);
            await Task.WhenAny(
                CopyAsync(client.GetStream(), server.GetStream(), mayHold: true),
                CopyAsync(server.GetStream(), client.GetStream(), mayHold: false));
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // Ended like any other.
        }
        finally
        {
            client.Dispose();
            lock (_open)
            {
                _now--;
            }
        }
    }

    private async Task CopyAsync(NetworkStream from, NetworkStream to, bool mayHold)
    {
        var buffer = new byte[65_536];
        try
        {
            while (await from.ReadAsync(buffer, _ended.Token) is > 0 and var length)
            {
                if (mayHold && _hold is { } words && Encoding.ASCII.GetString(buffer, 0, length).Contains(words, StringComparison.Ordinal))
                {
                    _held.TrySetResult();
                    while (await from.ReadAsync(buffer, _ended.Token) > 0)
                    {
                        // Swallowed until the client goes.
                    }

                    return;
                }

                await to.WriteAsync(buffer.AsMemory(0, length), _ended.Token);
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // One side has gone.
        }
    }
}
