using MailApi.Core.Domain;

namespace MailApi.Core.Data.Events;

/// <summary>Which endpoints have something to be told now; the table is the truth, this only saves waiting.</summary>
public sealed class EndpointWakes(TimeProvider time) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly PriorityQueue<Id<Webhook>, DateTimeOffset> _later = new();
    private readonly SemaphoreSlim _ready = new(0, 1);
    private HashSet<Id<Webhook>> _now = [];

    /// <summary>Something is due.</summary>
    public void Wake(IEnumerable<Id<Webhook>> endpoints)
    {
        lock (_gate)
        {
            _now.UnionWith(endpoints);
            Signal();
        }
    }

    /// <summary>Something will be due.</summary>
    public void WakeAt(Id<Webhook> endpoint, DateTimeOffset due)
    {
        lock (_gate)
        {
            _later.Enqueue(endpoint, due);
            Signal();
        }
    }

    /// <summary>Waits for the next endpoint with something due, at most for <paramref name="atMost"/>.</summary>
    public async Task<IReadOnlyCollection<Id<Webhook>>> WaitAsync(TimeSpan atMost, CancellationToken cancellationToken)
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
                    _now.Add(endpoint);
                }

                if (_now.Count > 0 || now >= until)
                {
                    var found = _now;
                    _now = [];
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
