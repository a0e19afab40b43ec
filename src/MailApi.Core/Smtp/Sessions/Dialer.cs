using System.Net;
using System.Net.Sockets;

namespace MailApi.Core.Smtp.Sessions;

/// <summary>Opens the TCP connection to a server.</summary>
internal static class Dialer
{
    /// <summary>
    /// Tries the host's addresses in turn within one <paramref name="patience"/>. Answers a socket, or a sentence that
    /// says why there is none.
    /// </summary>
    public static async Task<(Socket? Socket, string? Failure)> DialAsync(
        string host, int port, TimeSpan patience, TimeProvider time, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        var where = $"{host}:{port}";
        string? failure = null;
        try
        {
            var addresses = await Dns.GetHostAddressesAsync(host, either.Token);
            for (var i = 0; i < addresses.Length; i++)
            {
                // Each gets its share of the time, lest a silent first address hide a lively second one.
                var share = patience / addresses.Length;
                var (socket, error) = await ConnectAsync(
                    new IPEndPoint(addresses[i], port), share, time, either.Token);
                if (socket is not null)
                {
                    return (socket, null);
                }

                failure = error is null
                    ? $"The connection to {where} timed out after {LossReasons.Seconds(share)}."
                    : $"The connection to {where} failed: {Describe(error.Value)}.";
            }

            return (null, failure ?? $"{host} has no address.");
        }
        catch (SocketException e)
        {
            return (null, $"The address of {host} could not be found: {Describe(e.SocketErrorCode)}.");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (null, $"The connection to {where} timed out after {LossReasons.Seconds(patience)}.");
        }
    }

    private static async Task<(Socket? Socket, SocketError? Error)> ConnectAsync(
        IPEndPoint address, TimeSpan share, TimeProvider time, CancellationToken cancellationToken)
    {
        // Without NoDelay, Nagle and delayed acknowledgement cost pipelined commands 40 ms each.
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using var timeout = new CancellationTokenSource(share, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            await socket.ConnectAsync(address, either.Token);

            // Asked once, the socket remembers it. Later the system may not know: a server can break off at once.
            _ = socket.RemoteEndPoint;
            return (socket, null);
        }
        catch (SocketException e)
        {
            socket.Dispose();
            return (null, e.SocketErrorCode);
        }
        catch (OperationCanceledException)
        {
            socket.Dispose();
            cancellationToken.ThrowIfCancellationRequested();
            return (null, null);
        }
    }

    private static string Describe(SocketError error) => error switch
    {
        SocketError.ConnectionRefused => "connection refused",
        SocketError.NotConnected or SocketError.ConnectionReset => "the server broke it off at once",
        SocketError.HostNotFound or SocketError.NoData => "no such host",
        SocketError.TryAgain => "the name servers did not answer",
        SocketError.NetworkUnreachable or SocketError.HostUnreachable => "unreachable",
        SocketError.TimedOut => "timed out",
        _ => error.ToString(),
    };
}
