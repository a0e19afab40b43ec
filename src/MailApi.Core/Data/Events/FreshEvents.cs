using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using MailApi.Core.Domain;

namespace MailApi.Core.Data.Events;

/// <summary>
/// Fresh events on their way from the commit to those who send, in memory: their rows are inserted leased, so that nothing
/// is read back or updated twice. Bounded per endpoint. An endpoint that lags, is paused, or that nobody works for takes
/// nothing: its rows wait in the table, which is the truth in any case, and it is open again when they have been told.
/// </summary>
public sealed class FreshEvents
{
    private const int MaxPerEndpoint = 500;

    private readonly ConcurrentDictionary<Id<Webhook>, Line> _lines = new();

    /// <summary>The node that leases; null while it does not send.</summary>
    public Guid? Owner { get; set; }

    /// <summary>The endpoint's rows in the table have been told: what comes now may come in memory.</summary>
    public void Open(Id<Webhook> endpoint) => _lines.GetOrAdd(endpoint, _ => new Line()).IsOpen = true;

    /// <summary>What comes from now on waits in the table.</summary>
    public void Close(Id<Webhook> endpoint)
    {
        if (_lines.TryGetValue(endpoint, out var line))
        {
            line.IsOpen = false;
        }
    }

    /// <summary>The next event for an endpoint.</summary>
    public bool TryTake(Id<Webhook> endpoint, [NotNullWhen(true)] out ToldEvent? told)
    {
        told = null;
        if (!_lines.TryGetValue(endpoint, out var line) || !line.Waiting.TryDequeue(out told))
        {
            return false;
        }

        Interlocked.Decrement(ref line.Reserved);
        return true;
    }

    /// <summary>Takes a place; when there is none, the endpoint lags and is closed.</summary>
    internal bool TryReserve(Id<Webhook> endpoint)
    {
        if (Owner is null || !_lines.TryGetValue(endpoint, out var line) || !line.IsOpen)
        {
            return false;
        }

        if (Interlocked.Increment(ref line.Reserved) <= MaxPerEndpoint)
        {
            return true;
        }

        Interlocked.Decrement(ref line.Reserved);
        line.IsOpen = false;
        return false;
    }

    /// <summary>Gives back a place that will not be filled.</summary>
    internal void Release(Id<Webhook> endpoint) => Interlocked.Decrement(ref _lines[endpoint].Reserved);

    internal void Add(ToldEvent told) => _lines[told.Row.WebhookId].Waiting.Enqueue(told);

    private sealed class Line
    {
        public readonly ConcurrentQueue<ToldEvent> Waiting = new();
        public int Reserved;

        public volatile bool IsOpen;
    }
}
