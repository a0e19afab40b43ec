using MailApi.Core.Domain;
using Microsoft.Extensions.Options;

namespace MailApi.Core.Delivery;

/// <summary>
/// Deliveries leased by this node and waiting in memory for a free sender, highest priority first. Bounded in number and
/// bytes: what does not fit stays in the table, which is the truth in any case.
/// </summary>
public sealed class RelayQueue(IOptions<DeliveryOptions> options) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Queue<LeasedDelivery>[] _lanes = [new(), new(), new()];
    private readonly int[] _reserved = new int[3];
    private readonly SemaphoreSlim _ready = new(0);
    private readonly SemaphoreSlim _wake = new(0, 1);
    private long _bytes;
    private bool _closed = true;
    private bool _starved;

    /// <summary>
    /// Takes a place for a delivery that is about to be leased; false when there is none, or nobody is sending. A place
    /// taken is filled by <see cref="Add"/> or given back by <see cref="Release"/>.
    /// </summary>
    public bool TryReserve(Priority priority, int bytes)
    {
        lock (_gate)
        {
            if (_closed || _reserved[(int)priority] >= options.Value.MaxInMemory
                || (_bytes > 0 && _bytes + bytes > options.Value.MaxBytesInMemory))
            {
                _starved = true;
                return false;
            }

            _reserved[(int)priority]++;
            _bytes += bytes;
            return true;
        }
    }

    /// <summary>Gives back a place that will not be filled.</summary>
    public void Release(Priority priority, int bytes)
    {
        lock (_gate)
        {
            _reserved[(int)priority]--;
            _bytes -= bytes;
        }
    }

    /// <summary>Puts a leased delivery into its place.</summary>
    public void Add(LeasedDelivery delivery)
    {
        lock (_gate)
        {
            _lanes[(int)delivery.Priority].Enqueue(delivery);
        }

        _ready.Release();
    }

    /// <summary>The next delivery, waiting for one; null once the queue is closed.</summary>
    public async Task<LeasedDelivery?> TakeAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _ready.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return null;
        }

        lock (_gate)
        {
            foreach (var lane in _lanes)
            {
                if (lane.TryDequeue(out var delivery))
                {
                    _reserved[(int)delivery.Priority]--;
                    _bytes -= delivery.Bytes;
                    WakeWhenHalfEmpty(delivery.Priority);
                    return delivery;
                }
            }
        }

        return null;
    }

    /// <summary>How many more deliveries of a priority fit.</summary>
    public int Room(Priority priority)
    {
        lock (_gate)
        {
            var room = _closed || _bytes >= options.Value.MaxBytesInMemory
                ? 0
                : options.Value.MaxInMemory - _reserved[(int)priority];
            _starved |= room == 0;
            return room;
        }
    }

    /// <summary>Deliveries of a priority that wait in memory for a sender.</summary>
    public int Waiting(Priority priority)
    {
        lock (_gate)
        {
            return _lanes[(int)priority].Count;
        }
    }

    /// <summary>What found no room before may find some now.</summary>
    private void WakeWhenHalfEmpty(Priority priority)
    {
        if (_starved && _reserved[(int)priority] <= options.Value.MaxInMemory / 2
            && _bytes <= options.Value.MaxBytesInMemory / 2)
        {
            _starved = false;
            Wake();
        }
    }

    /// <summary>Says that the table has something due.</summary>
    public void Wake()
    {
        lock (_gate)
        {
            if (_wake.CurrentCount == 0)
            {
                _wake.Release();
            }
        }
    }

    /// <summary>Waits until somebody calls <see cref="Wake"/>, at most for <paramref name="atMost"/>.</summary>
    public Task<bool> WaitAsync(TimeSpan atMost, CancellationToken cancellationToken) =>
        _wake.WaitAsync(atMost, cancellationToken);

    /// <summary>Opens the queue: this node sends.</summary>
    public void Open()
    {
        lock (_gate)
        {
            _closed = false;
        }
    }

    /// <summary>Takes no more; returns what nobody has begun to send.</summary>
    public IReadOnlyList<LeasedDelivery> Close()
    {
        lock (_gate)
        {
            _closed = true;
            List<LeasedDelivery> left = [.. _lanes.SelectMany(lane => lane)];
            foreach (var lane in _lanes)
            {
                lane.Clear();
            }

            while (_ready.Wait(0))
            {
                // What they announced is in the list.
            }

            Array.Clear(_reserved);
            _bytes = 0;
            return left;
        }
    }

    public void Dispose()
    {
        _ready.Dispose();
        _wake.Dispose();
    }
}
