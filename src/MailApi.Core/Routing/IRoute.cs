using MailApi.Core.Smtp;

namespace MailApi.Core.Routing;

/// <summary>A way out of the service: a smart host, or straight to the recipients' own servers.</summary>
public interface IRoute : IAsyncDisposable
{
    /// <summary>Its name in the configuration.</summary>
    string Name { get; }

    /// <summary>Lower is tried first.</summary>
    int Priority { get; }

    /// <summary>Attempts that can be under way at once.</summary>
    int MaxConnections { get; }

    /// <summary>What is wrong with it; null when it last worked.</summary>
    string? Trouble { get; }

    /// <summary>SMTP sessions that stand, and how many of them are used now.</summary>
    (int Open, int InUse) Sessions { get; }

    /// <summary>True while others should be preferred.</summary>
    bool IsPaused(DateTimeOffset now);

    /// <summary>True while it answers nobody. What has nowhere else to go waits there.</summary>
    bool IsStalled { get; }

    /// <summary>
    /// Makes one attempt for all recipients; one result per transaction, none when it hangs and the message left before
    /// anything was begun. Throws only when cancelled.
    /// </summary>
    Task<IReadOnlyList<RelayResult>> SendAsync(OutgoingMessage message, CancellationToken cancellationToken);
}
