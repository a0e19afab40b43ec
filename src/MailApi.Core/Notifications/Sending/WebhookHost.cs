using System.Globalization;
using System.Net;
using System.Net.Sockets;
using MailApi.Core.Domain;

namespace MailApi.Core.Notifications.Sending;

/// <summary>The host of an endpoint: a public address in its usual spelling, or a name that DNS could know.</summary>
internal static class WebhookHost
{
    private const int MaxLabel = 63;
    private const int MaxName = 253;

    // RFC 6761, RFC 6762, RFC 8375, ICANN's .internal, and what private networks are called by habit.
    private static readonly string[] LocalDomains =
    [
        "localhost", "local", "localdomain", "internal", "svc", "home.arpa", "lan", "intranet", "corp", "home", "private",
        "consul",
    ];

    private static readonly IdnMapping Idn = new() { UseStd3AsciiRules = true };

    /// <summary>Null and the host in ASCII when requests may go there; else why not.</summary>
    public static string? Check(string text, IReadOnlyList<IPNetwork> allowed, out string host)
    {
        host = text;
        if (text[0] == '[')
        {
            // No zones: they name an interface of this machine.
            return !text.Contains('%', StringComparison.Ordinal)
                && IPAddress.TryParse(text.AsSpan(1, text.Length - 2), out var six)
                && six.AddressFamily == AddressFamily.InterNetworkV6
                ? CheckAddress(six, allowed)
                : "The host in brackets is no IPv6 address.";
        }

        if (!TryMapToAscii(text, out host) || !IsDnsName(host))
        {
            return "The host is neither a DNS name nor an address.";
        }

        var name = host.TrimEnd('.');
        if (EndsInNumber(name))
        {
            // 127.1, 0x7f000001 and 0177.0.0.1 are addresses to some readers and names to others.
            return IPAddress.TryParse(name, out var four) && four.ToString() == name
                ? CheckAddress(four, allowed)
                : "An IPv4 address is written as four decimal numbers.";
        }

        return allowed.Count == 0 && IsLocal(name)
            ? $"The name {name} means something inside a network only."
            : null;
    }

    private static string? CheckAddress(IPAddress address, IReadOnlyList<IPNetwork> allowed) =>
        PublicNetworks.Permits(address, allowed)
            ? null
            : $"The address {address} is not public ({PublicNetworks.KindOf(address)}); "
                + "Webhooks:AllowedNetworks could permit it.";

    private static bool TryMapToAscii(string text, out string host)
    {
        host = text;
        if (System.Text.Ascii.IsValid(text))
        {
            return true;
        }

        try
        {
            host = Idn.GetAscii(text);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static bool IsDnsName(string host)
    {
        var name = host.EndsWith('.') ? host[..^1] : host;
        return name.Length is > 0 and <= MaxName && name.Split('.').All(IsLabel);
    }

    private static bool IsLabel(string label) =>
        label.Length is > 0 and <= MaxLabel && label[0] != '-' && label[^1] != '-'
        && label.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    /// <summary>What the URL standard takes for an IPv4 address, whatever else stands before the last dot.</summary>
    private static bool EndsInNumber(string name)
    {
        var last = name[(name.LastIndexOf('.') + 1)..];
        return last.All(char.IsAsciiDigit)
            || (last.StartsWith("0x", StringComparison.OrdinalIgnoreCase) && last.Skip(2).All(char.IsAsciiHexDigit));
    }

    private static bool IsLocal(string name) =>
        !name.Contains('.', StringComparison.Ordinal)
        || Array.Exists(LocalDomains, d => name.EndsWith($".{d}", StringComparison.OrdinalIgnoreCase));
}
