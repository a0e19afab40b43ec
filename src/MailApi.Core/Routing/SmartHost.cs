using MailApi.Core.Smtp;

namespace MailApi.Core.Routing;

/// <summary>The route over one configured relay.</summary>
public sealed class SmartHost(Relay relay) : IRoute
{
    public string Name => relay.Name;

    public int Priority => relay.Priority;

    public int MaxConnections => relay.MaxConnections;

    public string? Trouble => relay.LastTrouble?.Reason;

    public (int Open, int InUse) Sessions => (relay.OpenSessions, relay.BusySessions);

    public bool IsPaused(DateTimeOffset now) => relay.IsPaused(now);

    public bool IsStalled => relay.IsStalled;

    public async Task<IReadOnlyList<RelayResult>> SendAsync(OutgoingMessage message, CancellationToken cancellationToken)
    {
        var result = await relay.SendAsync(message, cancellationToken);
        return result.NotBegun ? [] : [result];
    }

    public ValueTask DisposeAsync() => relay.DisposeAsync();
}
