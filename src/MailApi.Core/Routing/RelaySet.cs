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
    /// result per relay tried. While all are paused it waits: no attempt is used up on a relay known to be down.
    /// </summary>
    /// <param name="message">What to send.</param>
    /// <param name="waiting">Ends the waiting: nothing was tried, and the list is empty.</param>
    /// <param name="abort">Breaks off a transaction under way.</param>
    public async Task<IReadOnlyList<RelayResult>> SendAsync(
        OutgoingMessage message, CancellationToken waiting, CancellationToken abort)
    {
        List<RelayResult> results = [];
        if (!await WaitForOneAsync(waiting))
        {
            return results;
        }

        foreach (var relay in Relays.Where(r => !r.IsPaused(time.GetUtcNow())))
        {
            var tried = await relay.SendAsync(message, abort);
            results.AddRange(tried);
            if (!tried[^1].RelayTrouble || tried[^1].Ambiguous)
            {
                break;
            }

            message = message with { Recipients = Undelivered(tried[^1]) };
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

    private async Task<bool> WaitForOneAsync(CancellationToken waiting)
    {
        while (Relays.All(r => r.IsPaused(time.GetUtcNow())))
        {
            try
            {
                await Task.Delay(PauseCheck, time, waiting);
            }
            catch (OperationCanceledException)
            {
                return false;
            }
        }

        return true;
    }
}
