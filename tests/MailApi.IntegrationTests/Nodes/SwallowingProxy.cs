using System.Net;
using System.Net.Sockets;

namespace MailApi.IntegrationTests.Nodes;

/// <summary>
/// Stands between nodes and their database. Told to swallow, it takes connections and bytes and passes nothing on; what
/// stood or came meanwhile stays dead afterwards, as connections do whose path broke without a word.
/// </summary>
internal sealed class SwallowingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _ended = new();
    private readonly IPEndPoint _server;
    private readonly Task _accepting;
    private CancellationTokenSource _dead = new();

    public SwallowingProxy(int port)
    {
        _server = new IPEndPoint(IPAddress.Loopback, port);
        _listener.Start(512);
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>From now on nothing comes through.</summary>
    public void Swallow() => _dead.Cancel();

    /// <summary>New connections come through again.</summary>
    public void LetPass() => _dead = new CancellationTokenSource();

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _ended.Dispose();
    }

    private async Task AcceptAsync()
    {
        List<Task> connections = [];
        try
        {
            while (true)
            {
                connections.Add(PassAsync(await _listener.AcceptTcpClientAsync(_ended.Token), _dead.Token));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task PassAsync(TcpClient client, CancellationToken dead)
    {
        using var server = new TcpClient { NoDelay = true };
        using (client)
        {
            client.NoDelay = true;
            try
            {
                if (!dead.IsCancellationRequested)
                {
                    await server.ConnectAsync(_server, _ended.Token);
                    using var both = CancellationTokenSource.CreateLinkedTokenSource(dead, _ended.Token);
                    await Task.WhenAny(
                        client.GetStream().CopyToAsync(server.GetStream(), both.Token),
                        server.GetStream().CopyToAsync(client.GetStream(), both.Token));
                }
            }
            catch (Exception exception) when (exception is SocketException or OperationCanceledException)
            {
                // Ended with the test.
            }

            if (dead.IsCancellationRequested)
            {
                await SwallowAsync(client);
            }
        }
    }

    /// <summary>Reads on, so that the other side's bytes have left, until it hangs up.</summary>
    private async Task SwallowAsync(TcpClient client)
    {
        var buffer = new byte[65_536];
        try
        {
            while (await client.GetStream().ReadAsync(buffer, _ended.Token) > 0)
            {
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // The other side has given up, or the test is over.
        }
    }
}
