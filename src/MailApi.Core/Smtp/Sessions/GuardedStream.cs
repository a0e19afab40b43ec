using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;

namespace MailApi.Core.Smtp.Sessions;

/// <summary>
/// The connection as MailKit sees it, in clear whether or not it is encrypted. SMTP is a dialogue, so what is written waits
/// until the next read (or a full buffer) and leaves as one segment: the end of a message and its final dot travel
/// together, and so do MAIL, RCPT and DATA (RFC 2920 §3.1) where the server takes them at once.
/// </summary>
internal sealed class GuardedStream : Stream
{
    private static readonly byte[] Data = "DATA\r\n"u8.ToArray();

    private readonly byte[] _unsent = new byte[16 * 1024];
    private readonly CommandAhead _ahead = new();
    private readonly PhaseClock _clock;
    private readonly SocketStream _connection;
    private Stream _transport;
    private int _unsentLength;

    public GuardedStream(Socket socket, PhaseClock clock)
    {
        _clock = clock;
        _transport = _connection = new SocketStream(socket);
    }

    /// <summary>The server closed the connection.</summary>
    public bool Ended => _connection.Ended;

    /// <summary>What encrypts; null in clear.</summary>
    public SslProtocols? Tls { get; private set; }

    /// <summary>
    /// How many replies the commands before DATA bring, when DATA may leave with them; 0 when it may not. For the next
    /// transaction alone.
    /// </summary>
    public int RepliesBeforeData { get; set; }

    /// <summary>False while something is under way that nobody has asked for yet.</summary>
    public bool IsSettled => !_ahead.IsOut && !_ahead.HasReplies;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>From here on everything is encrypted.</summary>
    /// <exception cref="AuthenticationException">The handshake failed.</exception>
    /// <exception cref="IOException">The connection broke.</exception>
    public async Task EncryptAsync(SslClientAuthenticationOptions options, CancellationToken cancellationToken)
    {
        var tls = new SslStream(_transport);
        _transport = tls;
        await tls.AuthenticateAsClientAsync(options, cancellationToken);
        Tls = tls.SslProtocol;
    }

    /// <summary>Hands the server's first words to whoever reads next.</summary>
    /// <param name="greeting">One reply.</param>
    public void Repeat(ReadOnlyMemory<byte> greeting) => _ahead.Keep(greeting);

    /// <summary>As above, and the reply to a command to whoever writes it.</summary>
    /// <param name="greeting">One reply.</param>
    /// <param name="command">With its line end.</param>
    /// <param name="reply">To that command.</param>
    public void Repeat(byte[] greeting, byte[] command, byte[] reply)
    {
        _ahead.Leave(command, before: 1);
        _ahead.Keep((byte[])[.. greeting, .. reply]);
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_unsentLength > 0)
        {
            await SendCommandsAsync(cancellationToken);
        }

        if (IsSettled)
        {
            return await _transport.ReadAsync(buffer, cancellationToken);
        }

        if (!_ahead.HasReplies)
        {
            await ReceiveAsync(cancellationToken);
        }

        return _ahead.Read(buffer);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async ValueTask WriteAsync(
        ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_ahead.IsOut)
        {
            if (_ahead.TryClaim(buffer.Span))
            {
                return;
            }

            await CallOffAsync(cancellationToken);
        }

        while (!buffer.IsEmpty)
        {
            if (_unsentLength == _unsent.Length)
            {
                await SendAsync(cancellationToken);
            }

            var count = Math.Min(buffer.Length, _unsent.Length - _unsentLength);
            buffer[..count].CopyTo(_unsent.AsMemory(_unsentLength));
            _unsentLength += count;
            buffer = buffer[count..];
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _clock.Dispose();
            _transport.Dispose();
            _connection.Dispose();
        }

        base.Dispose(disposing);
    }

    private async ValueTask SendCommandsAsync(CancellationToken cancellationToken)
    {
        if (RepliesBeforeData > 0 && _clock.Phase == SmtpPhase.Mail)
        {
            var before = RepliesBeforeData;
            RepliesBeforeData = 0;
            await WriteAsync(Data, cancellationToken);
            _ahead.Leave(Data, before);
        }

        await SendAsync(cancellationToken);
        if (_clock.Phase == SmtpPhase.DataBlock)
        {
            // Whoever reads now waits for the reply to the final dot, and the dot has just left. From here on the
            // server may have taken the message.
            _clock.Enter(SmtpPhase.DataTermination);
        }
    }

    private async ValueTask SendAsync(CancellationToken cancellationToken)
    {
        if (_clock.Phase == SmtpPhase.DataBlock)
        {
            _clock.Restart();
        }

        await _transport.WriteAsync(_unsent.AsMemory(0, _unsentLength), cancellationToken);
        _unsentLength = 0;
    }

    private async ValueTask ReceiveAsync(CancellationToken cancellationToken) =>
        _ahead.Keep(_ahead.Room[..await _transport.ReadAsync(_ahead.Room, cancellationToken)]);

    /// <summary>
    /// The command that has left is not wanted after all. Its reply must not pass for that to the next one, and a server
    /// that waits for a message gets none.
    /// </summary>
    private async ValueTask CallOffAsync(CancellationToken cancellationToken)
    {
        if (await DropReplyAsync(cancellationToken) == '3')
        {
            await _transport.WriteAsync(".\r\n"u8.ToArray(), cancellationToken);
            await DropReplyAsync(cancellationToken);
        }

        _ahead.Forget();
    }

    private async ValueTask<byte> DropReplyAsync(CancellationToken cancellationToken)
    {
        byte first = 0;
        do
        {
            if (!_ahead.HasReplies)
            {
                await ReceiveAsync(cancellationToken);
            }

            if (!_ahead.HasReplies)
            {
                throw new IOException("The server closed the connection.");
            }
        }
        while (!_ahead.Drop(ref first));

        return first;
    }
}
