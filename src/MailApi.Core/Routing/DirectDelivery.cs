using System.Net;
using MailApi.Core.Domain;
using MailApi.Core.Smtp;
using Microsoft.Extensions.Logging;

namespace MailApi.Core.Routing;

/// <summary>
/// The route straight to the recipients' own servers: the exchangers of each domain in turn, TLS when they offer it.
/// Neither MTA-STS (RFC 8461) nor DANE (RFC 7672) is looked at.
/// </summary>
public sealed class DirectDelivery : IRoute
{
    private readonly DirectOptions _options;
    private readonly TimeProvider _time;
    private readonly MailExchangers _exchangers;
    private readonly ExchangerRelays _relays;
    private readonly List<IPNetwork> _allowed;

    public DirectDelivery(string name, DirectOptions options, Random random, TimeProvider time, ILogger logger)
    {
        (Name, _options, _time) = (name, options, time);
        _exchangers = new MailExchangers(options, random);
        _allowed = [.. options.AllowedNetworks.Select(n => IPNetwork.Parse(n))];
        _relays = new ExchangerRelays(name, options, time, logger);
    }

    public string Name { get; }

    public int Priority => _options.Priority;

    public int MaxConnections => _options.MaxConnections;

    public string? Trouble => null;

    public bool IsStalled => false;

    public (int Open, int InUse) Sessions => _relays.Sessions;

    /// <summary>Never: what is wrong with one destination says nothing about the others.</summary>
    public bool IsPaused(DateTimeOffset now) => false;

    public async Task<IReadOnlyList<RelayResult>> SendAsync(OutgoingMessage message, CancellationToken cancellationToken)
    {
        List<RelayResult> results = [];

        // An exchanger that hangs says nothing of another.
        message = message with { MayLeave = null };
        foreach (var domain in message.Recipients.GroupBy(r => r.Domain))
        {
            await SendAsync(message with { Recipients = [.. domain] }, domain.Key, results, cancellationToken);
        }

        return results;
    }

    public ValueTask DisposeAsync() => _relays.DisposeAsync();

    private async Task SendAsync(
        OutgoingMessage message, string domain, List<RelayResult> results, CancellationToken cancellationToken)
    {
        switch (await _exchangers.FindAsync(domain, cancellationToken))
        {
            case Exchangers.Hosts hosts:
                await TryAllAsync(message, hosts.Names, results, cancellationToken);
                break;
            case Exchangers.None none:
                results.Add(Decide(message, RecipientResultKind.Bounced, none.Bounce, none.Reason));
                break;
            case Exchangers.Unknown unknown:
                results.Add(Decide(message, RecipientResultKind.Deferred, Infrastructure, unknown.Reason));
                break;
        }
    }

    private static readonly Bounce Infrastructure = new(BounceClass.Undetermined, BounceCategory.Infrastructure);

    /// <summary>From one address to the next while a server cannot be used; never after the message may have been taken.</summary>
    private async Task TryAllAsync(
        OutgoingMessage message, IReadOnlyList<string> hosts, List<RelayResult> results, CancellationToken cancellationToken)
    {
        var (tried, blocked) = (false, false);
        foreach (var host in hosts)
        {
            foreach (var address in await _exchangers.AddressesAsync(host, cancellationToken))
            {
                if (!PublicNetworks.Permits(address, _allowed))
                {
                    blocked = true;
                    continue;
                }

                tried = true;
                var result = await _relays.SendAsync(address, message, cancellationToken);
                results.Add(result with { Relay = Name, Host = host, RelayTrouble = false });
                if (!result.RelayTrouble || result.Ambiguous)
                {
                    return;
                }
            }
        }

        if (!tried)
        {
            results.Add(blocked
                ? Decide(
                    message, RecipientResultKind.Bounced, new Bounce(BounceClass.Block, BounceCategory.Policy),
                    "5.7.1 The mail exchangers lie in networks that are not public; AllowedNetworks could permit them.")
                : Decide(message, RecipientResultKind.Deferred, Infrastructure, "DNS gave no address of a mail exchanger."));
        }
    }

    private RelayResult Decide(OutgoingMessage message, RecipientResultKind kind, Bounce bounce, string reason)
    {
        var now = _time.GetUtcNow();
        return new RelayResult
        {
            Relay = Name,
            StartedAt = now,
            FinishedAt = now,
            Recipients = [.. message.Recipients.Select(r => new RecipientResult(r, kind, null, bounce, reason))],
        };
    }
}
