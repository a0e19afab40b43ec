using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace MailApi.Benchmarks.LoadTool.Http;

/// <summary>One keep-alive HTTP/1.1 connection that does no more than a load driver needs.</summary>
public sealed class HttpConnection : IDisposable
{
    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _buffer = new byte[16 * 1024];
    private int _length;

    /// <summary>The last answer as text, for an error message.</summary>
    public string LastAnswer => Encoding.UTF8.GetString(_buffer, 0, _length);

    public async Task ConnectAsync(int port, CancellationToken cancellationToken) =>
        await _socket.ConnectAsync(IPAddress.Loopback, port, cancellationToken);

    /// <summary>Sends a finished request and reads the whole answer; returns its status code.</summary>
    public async Task<int> SendAsync(ReadOnlyMemory<byte> request, CancellationToken cancellationToken)
    {
        while (request.Length > 0)
        {
            request = request[await _socket.SendAsync(request, cancellationToken)..];
        }

        _length = 0;
        while (!IsWhole(_buffer.AsSpan(0, _length)))
        {
            var read = await _socket.ReceiveAsync(_buffer.AsMemory(_length), cancellationToken);
            if (read == 0)
            {
                throw new RunFailedException($"the service closed the connection amid an answer: {LastAnswer}");
            }

            _length += read;
        }

        // "HTTP/1.1 202 Accepted"
        return Utf8Parser.TryParse(_buffer.AsSpan(9, 3), out int status, out _) ? status : 0;
    }

    public void Dispose() => _socket.Dispose();

    private static bool IsWhole(ReadOnlySpan<byte> answer)
    {
        var headEnd = answer.IndexOf("\r\n\r\n"u8);
        if (headEnd < 0)
        {
            return false;
        }

        var head = answer[..(headEnd + 2)];
        var body = answer[(headEnd + 4)..];
        var contentLength = head.IndexOf("\r\nContent-Length: "u8);
        if (contentLength < 0)
        {
            contentLength = head.IndexOf("\r\ncontent-length: "u8);
        }

        if (contentLength < 0)
        {
            return body.EndsWith("0\r\n\r\n"u8);
        }

        return Utf8Parser.TryParse(head[(contentLength + 18)..], out int length, out _) && body.Length >= length;
    }
}
