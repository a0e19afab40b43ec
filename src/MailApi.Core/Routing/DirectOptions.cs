using System.Net;

namespace MailApi.Core.Routing;

/// <summary>Section <c>Relays:&lt;name&gt;</c> with <c>Direct</c>: straight to the recipients' mail exchangers.</summary>
public sealed class DirectOptions
{
    /// <summary>True in such a section.</summary>
    public bool Direct { get; set; }

    /// <summary>Lower is tried first; default 10.</summary>
    public int Priority { get; set; } = 10;

    /// <summary>Attempts under way at once, over all destinations; default 20.</summary>
    public int MaxConnections { get; set; } = 20;

    /// <summary>Sessions with one address of one exchanger; default 5.</summary>
    public int MaxConnectionsPerHost { get; set; } = 5;

    /// <summary>The port of the exchangers; default 25.</summary>
    public int Port { get; set; } = 25;

    /// <summary>The name given with EHLO, by which we also recognise ourselves in DNS; default the machine's name.</summary>
    public string? LocalName { get; set; }

    /// <summary>Networks (CIDR) an exchanger may lie in although they are not public; none by default.</summary>
    public IReadOnlyList<string> AllowedNetworks { get; set; } = [];

    /// <summary>DNS servers as <c>address:port</c>; default the machine's.</summary>
    public IReadOnlyList<string> DnsServers { get; set; } = [];

    /// <summary>For one answer of DNS; default 5 s.</summary>
    public TimeSpan DnsTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>To reach one address; default 30 s.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>What is wrong with the section <c>Relays:<paramref name="name"/></c>: one sentence per fault.</summary>
    public IEnumerable<string> Validate(string name)
    {
        if (Port is < 1 or > 65535)
        {
            yield return $"Relays:{name}:Port must be between 1 and 65535.";
        }

        if (MaxConnections < 1 || MaxConnectionsPerHost < 1)
        {
            yield return $"Relays:{name}:MaxConnections and MaxConnectionsPerHost must be at least 1.";
        }

        foreach (var network in AllowedNetworks.Where(n => !IPNetwork.TryParse(n, out _)))
        {
            yield return $"Relays:{name}:AllowedNetworks has '{network}', which is no network such as 10.0.0.0/8.";
        }

        foreach (var server in DnsServers.Where(s => !IPEndPoint.TryParse(s, out _)))
        {
            yield return $"Relays:{name}:DnsServers has '{server}', which is no address and port such as 192.0.2.1:53.";
        }
    }
}
