using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace MailApi.Tests.Notifications.Sending;

/// <summary>An HTTP server on a free port that answers each request with whatever bytes the test likes.</summary>
internal sealed class RawHttpServer : IAsyncDisposable
{
    private readonly CancellationTokenSource _ended = new();
    private readonly TcpListener _listener;
    private readonly Func<Stream, CancellationToken, Task> _answer;
    private readonly SslServerAuthenticationOptions? _tls;
    private readonly ConcurrentQueue<string> _requests = new();
    private readonly Task _accepting;
    private int _connections;

    private RawHttpServer(
        IPAddress address, Func<Stream, CancellationToken, Task> answer, SslServerAuthenticationOptions? tls)
    {
        (_answer, _tls, _listener) = (answer, tls, new TcpListener(address, 0));
        if (address.Equals(IPAddress.IPv6Any))
        {
            _listener.Server.DualMode = true;
        }

        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public int Connections => _connections;

    /// <summary>Head and body of each, as text.</summary>
    public IReadOnlyList<string> Requests => [.. _requests];

    public static RawHttpServer Start(Func<Stream, CancellationToken, Task> answer, string address = "127.0.0.1") =>
        new(IPAddress.Parse(address), answer, null);

    public static RawHttpServer Start(string answer, string address = "127.0.0.1") =>
        Start((s, token) => s.WriteAsync(Encoding.UTF8.GetBytes(answer), token).AsTask(), address);

    public static RawHttpServer StartTls(
        X509Certificate2 certificate, Func<Stream, CancellationToken, Task> answer, params SslApplicationProtocol[] protocols) =>
        new(IPAddress.Loopback, answer, new SslServerAuthenticationOptions
        {
            ServerCertificate = certificate,
            ApplicationProtocols = [.. protocols],
        });

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        await _accepting;
        _listener.Dispose();
        _ended.Dispose();
    }

    private async Task AcceptAsync()
    {
        List<Task> serving = [];
        try
        {
            while (true)
            {
                var socket = await _listener.AcceptSocketAsync(_ended.Token);
                Interlocked.Increment(ref _connections);
                serving.Add(ServeAsync(socket));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(serving);
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        await using var plain = new NetworkStream(socket, ownsSocket: true);
        try
        {
            if (_tls is null)
            {
                await AnswerAllAsync(plain);
                return;
            }

            await using var encrypted = new SslStream(plain);
            await encrypted.AuthenticateAsServerAsync(_tls, _ended.Token);
            if (encrypted.NegotiatedApplicationProtocol == SslApplicationProtocol.Http2)
            {
                await _answer(encrypted, _ended.Token);
                return;
            }

            await AnswerAllAsync(encrypted);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException
            or System.Security.Authentication.AuthenticationException or SocketException)
        {
            // The client hung up, or the test is over.
        }
    }

    private async Task AnswerAllAsync(Stream stream)
    {
        while (await ReadRequestAsync(stream) is { } request)
        {
            _requests.Enqueue(request);
            await _answer(stream, _ended.Token);
        }
    }

    /// <summary>Null when the client has nothing more to say.</summary>
    private async Task<string?> ReadRequestAsync(Stream stream)
    {
        var text = new StringBuilder();
        var buffer = new byte[16_384];
        while (await stream.ReadAsync(buffer, _ended.Token) is > 0 and var read)
        {
            text.Append(Encoding.UTF8.GetString(buffer, 0, read));
            var request = text.ToString();
            var end = request.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (end >= 0 && request.Length >= end + 4 + LengthOf(request))
            {
                return request;
            }
        }

        return null;
    }

    private static int LengthOf(string request)
    {
        const string name = "\r\nContent-Length: ";
        var at = request.IndexOf(name, StringComparison.OrdinalIgnoreCase) + name.Length;
        return at < name.Length ? 0 : int.Parse(request.AsSpan(at, request.IndexOf('\r', at) - at), CultureInfo.InvariantCulture);
    }
}
