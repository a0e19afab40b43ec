using MailApi.Core.Domain;

namespace MailApi.Core.Data.Events;

/// <summary>Endpoints with something to be told now.</summary>
/// <param name="Fresh">Handed over in memory.</param>
/// <param name="Stored">Waiting in the table.</param>
public sealed record DueEndpoints(IReadOnlyCollection<Id<Webhook>> Fresh, IReadOnlyCollection<Id<Webhook>> Stored);

/// <summary>Says which endpoints have something to be told; the table is the truth, this only saves waiting.</summary>
public sealed class EndpointWakes(TimeProvider time) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly PriorityQueue<Id<Webhook>, DateTimeOffset> _later = new();
    private readonly SemaphoreSlim _ready = new(0, 1);
    private HashSet<Id<Webhook>> _fresh = [];
    private HashSet<Id<Webhook>> _stored = [];

    /// <summary>Something is due.</summary>
    public void Wake(IEnumerable<Id<Webhook>> fresh, IEnumerable<Id<Webhook>> stored)
    {
        lock (_gate)
        {
            _fresh.UnionWith(fresh);
            _stored.UnionWith(stored);
            Signal();
        }
    }

    /// <summary>Something in the table will be due.</summary>
    public void WakeAt(Id<Webhook> endpoint, DateTimeOffset due)
    {
        lock (_gate)
        {
            _later.Enqueue(endpoint, due);
            Signal();
        }
    }

    /// <summary>Waits for the next endpoints with something due, at most for <paramref name="atMost"/>.</summary>
    public async Task<DueEndpoints> WaitAsync(TimeSpan atMost, CancellationToken cancellationToken)
    {
        var until = time.GetUtcNow() + atMost;
        while (true)
        {
            var now = time.GetUtcNow();
            TimeSpan patience;
            lock (_gate)
            {
                while (_later.TryPeek(out var endpoint, out var due) && due <= now)
                {
                    _later.Dequeue();
                    _stored.Add(endpoint);
                }

                if (_fresh.Count + _stored.Count > 0 || now >= until)
                {
                    var found = new DueEndpoints(_fresh, _stored);
                    (_fresh, _stored) = ([], []);
                    return found;
                }

                patience = (_later.TryPeek(out _, out var next) && next < until ? next : until) - now;
            }

            await _ready.WaitAsync(patience, cancellationToken);
        }
    }

    public void Dispose() => _ready.Dispose();

    private void Signal()
    {
        if (_ready.CurrentCount == 0)
        {
            _ready.Release();
        }
    }
}
