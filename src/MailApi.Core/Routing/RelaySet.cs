using MailApi.Core.Domain;
using MailApi.Core.Smtp;

namespace MailApi.Core.Routing;

/// <summary>The configured relays, best first, with fail-over between them.</summary>
public sealed class RelaySet(IReadOnlyList<IRoute> relays, TimeProvider time) : IAsyncDisposable
{
    private static readonly TimeSpan PauseCheck = TimeSpan.FromMilliseconds(250);

    /// <summary>All of them, in the order of their priority.</summary>
    public IReadOnlyList<IRoute> Relays { get; } = [.. relays.OrderBy(r => r.Priority).ThenBy(r => r.Name, StringComparer.Ordinal)];

    /// <summary>True when no relay is configured: nothing leaves the service.</summary>
    public bool CaptureMode => Relays.Count == 0;

    /// <summary>
    /// Sends to the first relay that is not in trouble, and on to the next when that one turns out to be. Returns one
    /// result per relay tried. While all are paused it waits: no attempt is used up on a relay known to be down. A relay
    /// that hangs is left to those who have no other.
    /// </summary>
    /// <param name="message">What to send.</param>
    /// <param name="waiting">Ends the waiting: nothing was tried, and the list is empty.</param>
    /// <param name="abort">Breaks off a transaction under way.</param>
    public async Task<IReadOnlyList<RelayResult>> SendAsync(
        OutgoingMessage message, CancellationToken waiting, CancellationToken abort)
    {
        List<RelayResult> results = [];
        IRoute[] tried = [];
        while (await NextAsync(tried, waiting) is { } relay)
        {
            var some = await relay.SendAsync(message with { MayLeave = () => HasOther(relay, tried) }, abort);
            if (some.Count == 0)
            {
                continue;
            }

            results.AddRange(some);
            if (!some[^1].RelayTrouble || some[^1].Ambiguous)
            {
                break;
            }

            tried = [.. tried, relay];
            message = message with { Recipients = Undelivered(some[^1]) };
        }

        return results;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var relay in Relays)
        {
            await relay.DisposeAsync();
        }
    }

    private static List<EmailAddress> Undelivered(RelayResult result) =>
        [.. result.Recipients.Where(r => r.Kind == RecipientResultKind.Deferred).Select(r => r.Recipient)];

    /// <summary>Null when all have been tried that can be, or the waiting is over.</summary>
    private async Task<IRoute?> NextAsync(IRoute[] tried, CancellationToken waiting)
    {
        IRoute? next;
        while ((next = Next(tried)) is null && tried.Length == 0)
        {
            try
            {
                await Task.Delay(PauseCheck, time, waiting);
            }
            catch (OperationCanceledException)
            {
                return null;
            }
        }

        return next;
    }

    private IRoute? Next(IRoute[] tried)
    {
        var now = time.GetUtcNow();
        var open = Relays.Where(r => !tried.Contains(r) && !r.IsPaused(now));
        return open.FirstOrDefault(r => !r.IsStalled) ?? open.FirstOrDefault();
    }

    private bool HasOther(IRoute relay, IRoute[] tried)
    {
        var now = time.GetUtcNow();
        return Relays.Any(r => r != relay && !r.IsStalled && !tried.Contains(r) && !r.IsPaused(now));
    }
}
