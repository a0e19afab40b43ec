using System.Net;
using System.Net.Sockets;
using MailApi.Core.Domain;

namespace MailApi.Core.Notifications.Sending;

/// <summary>
/// Opens the connection to an endpoint: one lookup, every answer checked, and only a checked address is dialled. So no
/// later answer of DNS can lead elsewhere.
/// </summary>
internal sealed class EndpointDialer(WebhookOptions options, TimeProvider time)
{
    private const int MaxTries = 4;

    private readonly EndpointAddresses _addresses = new(options);
    private readonly List<IPNetwork> _allowed = [.. options.AllowedNetworks.Select(n => IPNetwork.Parse(n))];

    /// <summary>
    /// The handler's <see cref="SocketsHttpHandler.ConnectCallback"/>; <paramref name="cancellationToken"/> ends with the
    /// connect timeout.
    /// </summary>
    /// <exception cref="EndpointFaultException">There is no connection; says why.</exception>
    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var target = context.DnsEndPoint;
        var found = await _addresses.FindAsync(target.Host, cancellationToken);
        var permitted = found.Where(a => PublicNetworks.Permits(a, _allowed)).Take(MaxTries).ToList();
        if (permitted.Count == 0)
        {
            throw new EndpointFaultException(
                $"{target.Host} has the address {found[0]}, which is not public ({PublicNetworks.KindOf(found[0])}); "
                + "Webhooks:AllowedNetworks could permit it.");
        }

        var started = time.GetTimestamp();
        SocketError? error = null;
        for (var i = 0; i < permitted.Count; i++)
        {
            // Each gets its share of the time that is left, lest a silent first address hide a lively second one.
            var share = (options.ConnectTimeout - time.GetElapsedTime(started)) / (permitted.Count - i);
            (var socket, error) = await DialAsync(new IPEndPoint(permitted[i], target.Port), share, cancellationToken);
            if (socket is not null)
            {
                return new NetworkStream(socket, ownsSocket: true);
            }
        }

        throw new EndpointFaultException(
            $"The connection to {target.Host}:{target.Port} failed: {Describe(error!.Value)}.");
    }

    private async Task<(Socket? Socket, SocketError? Error)> DialAsync(
        IPEndPoint address, TimeSpan share, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(share > TimeSpan.Zero ? share : TimeSpan.Zero, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        Socket? socket = null;
        try
        {
            socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(address, either.Token);
            return (socket, null);
        }
        catch (SocketException e)
        {
            socket?.Dispose();
            return (null, e.SocketErrorCode);
        }
        catch (OperationCanceledException)
        {
            socket?.Dispose();
            cancellationToken.ThrowIfCancellationRequested();
            return (null, SocketError.TimedOut);
        }
    }

    private static string Describe(SocketError error) => error switch
    {
        SocketError.ConnectionRefused => "connection refused",
        SocketError.NetworkUnreachable or SocketError.HostUnreachable
            or SocketError.AddressFamilyNotSupported => "unreachable",
        SocketError.TimedOut => "timed out",
        _ => error.ToString(),
    };
}
