using System.Net.Sockets;

namespace MailApi.Core.Smtp.Sessions;

/// <summary>A connection as it is. What breaks it is an <see cref="IOException"/>, and so is using it afterwards.</summary>
internal sealed class SocketStream(Socket socket) : NetworkStream(socket, ownsSocket: true)
{
    /// <summary>The server closed the connection.</summary>
    public bool Ended { get; private set; }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            var count = await base.ReadAsync(buffer, cancellationToken);
            Ended |= count == 0 && !buffer.IsEmpty;
            return count;
        }
        catch (ObjectDisposedException e)
        {
            throw new IOException("The connection broke while reading.", e);
        }
    }

    public override async ValueTask WriteAsync(
        ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            await base.WriteAsync(buffer, cancellationToken);
        }
        catch (ObjectDisposedException e)
        {
            throw new IOException("The connection broke while writing.", e);
        }
    }
}
