using System.Net;
using System.Net.Sockets;
using DnsClient;
using DnsClient.Protocol;

namespace MailApi.Core.Notifications.Sending;

/// <summary>Asks the machine's resolver, or the configured DNS servers, for the addresses of an endpoint's host.</summary>
internal sealed class EndpointAddresses(WebhookOptions options)
{
    private const int MaxAddresses = 64;

    private readonly LookupClient? _dns = options.DnsServers.Count > 0 ? new LookupClient(Settings(options)) : null;

    /// <summary>At least one, in the order in which they are to be tried; IPv4 in IPv6 as what it is.</summary>
    /// <exception cref="EndpointFaultException">There is none; says why.</exception>
    public async Task<IReadOnlyList<IPAddress>> FindAsync(string host, CancellationToken cancellationToken)
    {
        if (IPAddress.TryParse(host, out var literal))
        {
            return [Plain(literal)];
        }

        var found = _dns is null
            ? await AskMachineAsync(host, cancellationToken)
            :
            [
                .. await AskAsync(_dns, host, QueryType.A, cancellationToken),
                .. await AskAsync(_dns, host, QueryType.AAAA, cancellationToken),
            ];
        return found.Count switch
        {
            0 => throw new EndpointFaultException($"The name {host} has no address."),
            > MaxAddresses => throw new EndpointFaultException($"The name {host} has more than {MaxAddresses} addresses."),
            _ => [.. found.Select(Plain)],
        };
    }

    private static LookupClientOptions Settings(WebhookOptions options) =>
        new([.. options.DnsServers.Select(s => new NameServer(IPEndPoint.Parse(s)))])
        {
            Timeout = options.ConnectTimeout / 4,
            Retries = 1,
            UseCache = false,
            ThrowDnsErrors = false,
        };

    private static async Task<IReadOnlyList<IPAddress>> AskMachineAsync(string host, CancellationToken cancellationToken)
    {
        try
        {
            // The resolver itself does not stop when told to.
            return await Dns.GetHostAddressesAsync(host, cancellationToken).WaitAsync(cancellationToken);
        }
        catch (SocketException e)
        {
            throw new EndpointFaultException(e.SocketErrorCode is SocketError.HostNotFound or SocketError.NoData
                ? Unknown(host)
                : Silent(host));
        }
    }

    private static async Task<IEnumerable<IPAddress>> AskAsync(
        LookupClient dns, string host, QueryType type, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await dns.QueryAsync(host, type, cancellationToken: cancellationToken);
            return answer switch
            {
                { Header.ResponseCode: DnsHeaderResponseCode.NotExistentDomain } =>
                    throw new EndpointFaultException(Unknown(host)),
                { HasError: true } => throw new EndpointFaultException(Silent(host)),
                _ => answer.Answers.OfType<AddressRecord>().Select(r => r.Address),
            };
        }
        catch (DnsResponseException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new EndpointFaultException(Silent(host));
        }
    }

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    private static string Unknown(string host) => $"The name {host} does not exist.";

    private static string Silent(string host) => $"DNS gave no answer about {host}.";
}
