using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace MailApi.IntegrationTests.Smtp;

/// <summary>The bytes of one connection, in clear and then perhaps in TLS.</summary>
internal sealed class SmtpWire(Socket socket) : IDisposable
{
    private static readonly TimeSpan Farewell = TimeSpan.FromMilliseconds(250);

    private Stream _stream = new NetworkStream(socket, ownsSocket: false);
    private byte[] _unread = [];

    public SslStream? Tls { get; private set; }

    /// <summary>True when the client sent on without waiting for an answer.</summary>
    public bool HasMore => _unread.Length > 0 || (Tls is null && socket.Available > 0);

    /// <summary>The next bytes, empty at the end of the stream.</summary>
    public async Task<byte[]> ReadAsync(CancellationToken cancellationToken)
    {
        if (_unread.Length > 0)
        {
            var bytes = _unread;
            _unread = [];
            return bytes;
        }

        var buffer = new byte[16_384];
        var length = await _stream.ReadAsync(buffer, cancellationToken);
        return buffer[..length];
    }

    /// <summary>Puts back what was read too far.</summary>
    public void Unread(ReadOnlySpan<byte> bytes) => _unread = [.. bytes, .. _unread];

    /// <summary>A line up to its LF, line end included; null at the end of the stream.</summary>
    public async Task<string?> ReadLineAsync(CancellationToken cancellationToken)
    {
        var line = new List<byte>();
        while (await ReadAsync(cancellationToken) is { Length: > 0 } bytes)
        {
            var end = Array.IndexOf(bytes, (byte)'\n');
            line.AddRange(end < 0 ? bytes : bytes[..(end + 1)]);
            if (end >= 0)
            {
                Unread(bytes.AsSpan(end + 1));
                return Encoding.UTF8.GetString([.. line]);
            }
        }

        return null;
    }

    /// <summary>Forgets what the client has sent ahead.</summary>
    public async Task DiscardAsync(CancellationToken cancellationToken)
    {
        while (HasMore)
        {
            await ReadAsync(cancellationToken);
        }
    }

    public async Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        await _stream.WriteAsync(bytes, cancellationToken);
        await _stream.FlushAsync(cancellationToken);
    }

    public void Upgrade(SslStream tls) => _stream = Tls = tls;

    /// <summary>The stream below TLS.</summary>
    public Stream Below => _stream;

    /// <summary>
    /// Sends FIN. A socket that is closed with bytes unread sends RST instead, so what the client says in the next
    /// moment is read first.
    /// </summary>
    public async Task CloseAsync()
    {
        socket.Shutdown(SocketShutdown.Send);
        using var deadline = new CancellationTokenSource(Farewell);
        try
        {
            while (await socket.ReceiveAsync(new byte[65_536], deadline.Token) > 0)
            {
            }
        }
        catch (OperationCanceledException)
        {
            // The client keeps its side open; ours is closed all the same.
        }
    }

    /// <summary>Sends RST.</summary>
    public void Reset()
    {
        socket.LingerState = new LingerOption(enable: true, seconds: 0);
        socket.Close();
    }

    public void Dispose()
    {
        _stream.Dispose();
        socket.Dispose();
    }
}
