using MailApi.Core.Domain;
using Microsoft.Extensions.Options;

namespace MailApi.Core.Delivery;

/// <summary>
/// Deliveries leased by this node and waiting in memory for a free sender: highest priority first, projects in turn.
/// Bounded in number and bytes: what does not fit stays in the table, which is the truth in any case.
/// </summary>
public sealed class RelayQueue : IDisposable
{
    private readonly Lock _gate = new();
    private readonly DeliveryOptions _options;
    private readonly FairLane[] _lanes;
    private readonly SemaphoreSlim _ready = new(0);
    private readonly SemaphoreSlim _wake = new(0, 1);
    private long _bytes;
    private bool _closed = true;
    private bool _starved;

    public RelayQueue(IOptions<DeliveryOptions> options)
    {
        _options = options.Value;
        _lanes = NewLanes();
    }

    /// <summary>
    /// Takes a place for a delivery that is about to be leased; false when there is none for this project, or nobody is
    /// sending. A place taken is filled by <see cref="Add"/> or given back by <see cref="Release"/>.
    /// </summary>
    public bool TryReserve(Id<Project> project, Priority priority, int bytes)
    {
        lock (_gate)
        {
            var lane = _lanes[(int)priority];
            if (_closed || lane.Room(project, _bytes) == 0 || (_bytes > 0 && _bytes + bytes > _options.MaxBytesInMemory))
            {
                _starved = true;
                return false;
            }

            lane.Reserve(project, bytes);
            _bytes += bytes;
            return true;
        }
    }

    /// <summary>Gives back a place that will not be filled.</summary>
    public void Release(Id<Project> project, Priority priority, int bytes)
    {
        lock (_gate)
        {
            _lanes[(int)priority].Release(project, bytes);
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
                    _bytes -= delivery.Bytes;
                    WakeWhenThereIsRoom(lane);
                    return delivery;
                }
            }
        }

        return null;
    }

    /// <summary>True when nothing more fits, whoever sends it.</summary>
    public bool IsFull(Priority priority)
    {
        lock (_gate)
        {
            var full = _closed || _bytes >= _options.MaxBytesInMemory || _lanes[(int)priority].Reserved >= _options.MaxInMemory;
            _starved |= full;
            return full;
        }
    }

    /// <summary>True while deliveries wait in memory for a sender.</summary>
    public bool IsBusy
    {
        get
        {
            lock (_gate)
            {
                return Array.Exists(_lanes, lane => lane.Waiting > 0);
            }
        }
    }

    /// <summary>Deliveries of a priority that wait in memory for a sender.</summary>
    public int Waiting(Priority priority)
    {
        lock (_gate)
        {
            return _lanes[(int)priority].Waiting;
        }
    }

    /// <summary>How many more deliveries of a project fit.</summary>
    public int Room(Id<Project> project, Priority priority)
    {
        lock (_gate)
        {
            var room = _closed ? 0 : _lanes[(int)priority].Room(project, _bytes);
            _starved |= room == 0;
            return room;
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
            List<LeasedDelivery> left = [];
            foreach (var lane in _lanes)
            {
                while (lane.TryDequeue(out var delivery))
                {
                    _bytes -= delivery.Bytes;
                    left.Add(delivery);
                }
            }

            while (_ready.Wait(0))
            {
                // What they announced is in the list.
            }

            return left;
        }
    }

    public void Dispose()
    {
        _ready.Dispose();
        _wake.Dispose();
    }

    /// <summary>What found no room before may find some now. A project alone may have half of a lane, so a quarter is half empty.</summary>
    private void WakeWhenThereIsRoom(FairLane lane)
    {
        if (_starved && lane.Reserved <= Math.Max(1, _options.MaxInMemory / 4) && _bytes <= _options.MaxBytesInMemory / 2)
        {
            _starved = false;
            Wake();
        }
    }

    private FairLane[] NewLanes() =>
        [.. Enum.GetValues<Priority>().Select(_ => new FairLane(_options.MaxInMemory, _options.MaxBytesInMemory))];
}
