using System.Net;
using DnsClient;
using MailApi.Core.Domain;

namespace MailApi.Core.Routing;

/// <summary>Which servers take mail for a domain.</summary>
internal abstract record Exchangers
{
    private Exchangers()
    {
    }

    /// <summary>In the order in which they are to be tried.</summary>
    public sealed record Hosts(IReadOnlyList<string> Names) : Exchangers;

    /// <summary>There are none, and there will be none soon.</summary>
    public sealed record None(string Reason, Bounce Bounce) : Exchangers;

    /// <summary>DNS did not say.</summary>
    public sealed record Unknown(string Reason) : Exchangers;
}

/// <summary>Asks DNS for mail exchangers and their addresses (RFC 5321 §5.1, RFC 7505).</summary>
internal sealed class MailExchangers(DirectOptions options, Random random)
{
    private static readonly Bounce DeadDomain = new(BounceClass.Hard, BounceCategory.InvalidDomain);

    private readonly LookupClient _dns = new(Settings(options));
    private readonly string _localName = options.LocalName ?? Dns.GetHostName();

    public async Task<Exchangers> FindAsync(string domain, CancellationToken cancellationToken)
    {
        var answer = await AskAsync(domain, QueryType.MX, cancellationToken);
        if (answer is { Header.ResponseCode: DnsHeaderResponseCode.NotExistentDomain })
        {
            return new Exchangers.None($"5.1.2 The domain {domain} does not exist.", DeadDomain);
        }

        if (answer is not { HasError: false })
        {
            return new Exchangers.Unknown($"DNS gave no answer about the mail exchangers of {domain}.");
        }

        var records = answer.Answers.MxRecords().OrderBy(r => r.Preference).ThenBy(_ => random.Next()).ToList();
        if (records is [{ Exchange.Value: "." }])
        {
            return new Exchangers.None($"5.1.10 The domain {domain} takes no mail (null MX).", DeadDomain);
        }

        if (records.Count == 0)
        {
            // The domain itself is its exchanger.
            return new Exchangers.Hosts([domain]);
        }

        var ours = records.Find(r => IsOurs(r.Exchange.Value));
        var others = records.Where(r => ours is null || r.Preference < ours.Preference).ToList();
        return others.Count > 0
            ? new Exchangers.Hosts([.. others.Select(r => r.Exchange.Value.TrimEnd('.'))])
            : new Exchangers.None(
                $"5.4.6 The mail exchanger of {domain} is this service itself.", new Bounce(BounceClass.Block, BounceCategory.Other));
    }

    /// <summary>The addresses of a host; empty when there are none or DNS does not say.</summary>
    public async Task<IReadOnlyList<IPAddress>> AddressesAsync(string host, CancellationToken cancellationToken)
    {
        var four = await AskAsync(host, QueryType.A, cancellationToken);
        var six = await AskAsync(host, QueryType.AAAA, cancellationToken);
        return
        [
            .. four?.Answers.ARecords().Select(r => r.Address) ?? [],
            .. six?.Answers.AaaaRecords().Select(r => r.Address) ?? [],
        ];
    }

    private static LookupClientOptions Settings(DirectOptions options)
    {
        var servers = options.DnsServers.Select(s => new NameServer(IPEndPoint.Parse(s))).ToArray();
        var settings = servers.Length > 0 ? new LookupClientOptions(servers) : new LookupClientOptions();
        (settings.Timeout, settings.Retries, settings.UseCache, settings.ThrowDnsErrors) = (options.DnsTimeout, 1, true, false);
        return settings;
    }

    private bool IsOurs(string host) => host.TrimEnd('.').Equals(_localName, StringComparison.OrdinalIgnoreCase);

    private async Task<IDnsQueryResponse?> AskAsync(string name, QueryType type, CancellationToken cancellationToken)
    {
        try
        {
            return await _dns.QueryAsync(name, type, cancellationToken: cancellationToken);
        }
        catch (DnsResponseException)
        {
            return null;
        }
    }
}
