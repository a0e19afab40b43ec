using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;

namespace MailApi.IntegrationTests.Smtp;

/// <summary>
/// A real SMTP server on a free loopback port that behaves as its script says and keeps a journal. The script may be
/// changed while it runs: from the next command on it plays the new one.
/// </summary>
internal sealed class ScriptedSmtpServer : IAsyncDisposable
{
    private const int SmallWindow = 4096;

    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource _ended = new();
    private readonly List<Task> _sessions = [];
    private Socket? _filler;
    private Task _accepting = Task.CompletedTask;
    private volatile SmtpScript _script;

    private ScriptedSmtpServer(SmtpScript script, string host) => (_script, Host) = (script, host);

    public string Host { get; }

    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    public SmtpJournal Journal { get; } = new();

    public SmtpScript Script => _script;

    public static async Task<ScriptedSmtpServer> StartAsync(SmtpScript? script = null, string host = "127.0.0.1", int port = 0)
    {
        var server = new ScriptedSmtpServer(script ?? new SmtpScript(), host);
        server._listener.Bind(new IPEndPoint(IPAddress.Parse(host), port));
        await server.ListenAsync();
        return server;
    }

    /// <summary>Plays another script from now on; a port that refused connections may begin to take them.</summary>
    public async Task PlayAsync(SmtpScript script)
    {
        var wasListening = _script.Listening;
        _script = script;
        if (wasListening != script.Listening)
        {
            await ListenAsync();
        }
    }

    /// <summary>The first message kept that fits; waits for it.</summary>
    public async Task<ReceivedMessage> WaitForMessageAsync(
        Func<ReceivedMessage, bool>? predicate = null, TimeSpan? timeout = null)
    {
        var fits = predicate ?? (_ => true);
        await Journal.WaitUntilAsync(j => j.Messages.Any(fits), timeout ?? TimeSpan.FromSeconds(10));
        return Journal.Messages.First(fits);
    }

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        _listener.Dispose();
        _filler?.Dispose();
        await _accepting;
        await Task.WhenAll(_sessions);
        _ended.Dispose();
    }

    private async Task ListenAsync()
    {
        switch (_script.Listening)
        {
            case Listening.Refuse:
                // A port that is bound without listening refuses, and nobody else can take it meanwhile.
                break;
            case Listening.Blackhole:
                // One connection fills a backlog of zero; the kernel drops every SYN after it.
                _listener.Listen(0);
                _filler = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                await _filler.ConnectAsync(_listener.LocalEndPoint!);
                break;
            default:
                _listener.Listen(512);
                _accepting = AcceptAsync();
                break;
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var socket = await _listener.AcceptAsync(_ended.Token);
                if (_filler is not null && socket.RemoteEndPoint!.Equals(_filler.LocalEndPoint))
                {
                    socket.Dispose();
                    continue;
                }

                _sessions.Add(ServeAsync(socket, Journal.Opened()));
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(Socket socket, int connection)
    {
        socket.NoDelay = true;
        if (_script.BodyFault?.Then == Then.Freeze)
        {
            socket.ReceiveBufferSize = SmallWindow;
        }

        using var wire = new SmtpWire(socket);
        try
        {
            var talk = new SmtpConversation(wire, () => _script, Journal, connection);
            await new SmtpSession(talk).RunAsync(_ended.Token);
        }
        catch (Exception e) when (e is IOException or SocketException or AuthenticationException)
        {
            Journal.Note(connection, e.Message);
        }
        catch (OperationCanceledException) when (_ended.IsCancellationRequested)
        {
            Journal.Note(connection, "open at the end of the test");
        }
        finally
        {
            Journal.Closed();
        }
    }
}
