using System.Net.Sockets;

namespace MailApi.Core.Smtp.Sessions;

/// <summary>
/// The connection as MailKit sees it. SMTP is a dialogue, so what is written waits until the next read (or a full
/// buffer) and leaves as one segment: the end of a message and its final dot travel together.
/// </summary>
internal sealed class GuardedStream(Socket socket, PhaseClock clock) : Stream
{
    private readonly byte[] _unsent = new byte[16 * 1024];
    private int _unsentLength;

    /// <summary>The server closed the connection.</summary>
    public bool Ended { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_unsentLength > 0)
        {
            await SendAsync(cancellationToken);
            if (clock.Phase == SmtpPhase.DataBlock)
            {
                // Whoever reads now waits for the reply to the final dot, and the dot has just left. From here on the
                // server may have taken the message.
                clock.Enter(SmtpPhase.DataTermination);
            }
        }

        try
        {
            var count = await socket.ReceiveAsync(buffer, SocketFlags.None, cancellationToken);
            Ended |= count == 0 && !buffer.IsEmpty;
            return count;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            throw new IOException("The connection broke while reading.", e);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async ValueTask WriteAsync(
        ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
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
            clock.Dispose();
            socket.Dispose();
        }

        base.Dispose(disposing);
    }

    private async ValueTask SendAsync(CancellationToken cancellationToken)
    {
        if (clock.Phase == SmtpPhase.DataBlock)
        {
            clock.Restart();
        }

        try
        {
            for (var sent = 0; sent < _unsentLength;)
            {
                sent += await socket.SendAsync(
                    _unsent.AsMemory(sent, _unsentLength - sent), SocketFlags.None, cancellationToken);
            }

            _unsentLength = 0;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            throw new IOException("The connection broke while writing.", e);
        }
    }
}
