using System.Net;
using System.Net.Sockets;

namespace MailApi.Core.Domain;

/// <summary>
/// Tells public addresses from those that only mean something inside a network: a stranger's DNS must not lead us there.
/// </summary>
internal static class PublicNetworks
{
    /// <summary>Of IPv6, nothing else is routed between networks (RFC 4291 §2.4, IANA's unicast assignments).</summary>
    private static readonly IPNetwork GlobalUnicast = IPNetwork.Parse("2000::/3");

    // IANA's special-purpose registries (RFC 6890), and one address of a cloud that looks public and is not.
    private static readonly (IPNetwork Network, string Kind)[] Special =
    [
        .. new[]
        {
            ("0.0.0.0/8", "this network"), ("10.0.0.0/8", "private"), ("100.64.0.0/10", "shared by carriers"),
            ("127.0.0.0/8", "loopback"), ("168.63.129.16/32", "metadata of a cloud"), ("169.254.0.0/16", "link-local"),
            ("172.16.0.0/12", "private"), ("192.0.0.0/24", "reserved"), ("192.0.2.0/24", "documentation"),
            ("192.88.99.0/24", "6to4 relays"), ("192.168.0.0/16", "private"), ("198.18.0.0/15", "benchmarks"),
            ("198.51.100.0/24", "documentation"), ("203.0.113.0/24", "documentation"), ("224.0.0.0/4", "multicast"),
            ("240.0.0.0/4", "reserved"), ("::/128", "unspecified"), ("::1/128", "loopback"), ("::/96", "IPv4 in IPv6"),
            ("::ffff:0:0:0/96", "IPv4 in IPv6"), ("64:ff9b::/96", "NAT64"), ("64:ff9b:1::/48", "NAT64"),
            ("2001::/32", "Teredo"), ("2001::/23", "reserved"), ("2001:db8::/32", "documentation"), ("2002::/16", "6to4"),
            ("3fff::/20", "documentation"), ("fc00::/7", "private"), ("fe80::/10", "link-local"), ("fec0::/10", "private"),
            ("ff00::/8", "multicast"),
        }.Select(n => (IPNetwork.Parse(n.Item1), n.Item2)),
    ];

    /// <summary>True for a public address, and for one in a network that the operator has opened.</summary>
    public static bool Permits(IPAddress address, IReadOnlyList<IPNetwork> allowed)
    {
        var plain = Plain(address);
        return KindOf(plain) is null || allowed.Any(n => n.Contains(plain));
    }

    /// <summary>What an address is for that is not public; null for a public one.</summary>
    public static string? KindOf(IPAddress address)
    {
        var plain = Plain(address);
        foreach (var (network, kind) in Special)
        {
            if (network.Contains(plain))
            {
                return kind;
            }
        }

        return plain.AddressFamily == AddressFamily.InterNetwork || GlobalUnicast.Contains(plain) ? null : "unassigned";
    }

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
