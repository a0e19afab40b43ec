using MailApi.Core.Domain;
using Microsoft.Extensions.Options;

namespace MailApi.Core.Delivery.Queueing;

/// <summary>
/// Deliveries leased by this node and waiting in memory for a free sender: highest priority first, projects in turn, no
/// destination with more than its share of the senders. Bounded in number and bytes: what does not fit stays in the
/// table, which is the truth in any case.
/// </summary>
public sealed class RelayQueue : IDisposable
{
    private readonly Lock _gate = new();
    private readonly DeliveryOptions _options;
    private readonly Destinations _destinations;
    private readonly FairLane[] _lanes;
    private readonly Queue<TaskCompletionSource<SendingTurn?>> _idleSenders = new();
    private readonly SemaphoreSlim _wake = new(0, 1);
    private long _bytes;
    private bool _closed = true;
    private bool _starved;

    public RelayQueue(IOptions<DeliveryOptions> options, TimeProvider time)
    {
        _options = options.Value;
        _destinations = new Destinations(time);
        _lanes =
        [
            .. Enum.GetValues<Priority>()
                .Select(p => new FairLane(p, _destinations, _options.MaxInMemory, _options.MaxBytesInMemory)),
        ];
    }

    /// <summary>
    /// True while deliveries wait in memory for nothing but a sender. What waits for a destination that hangs keeps
    /// nobody else waiting.
    /// </summary>
    public bool IsBusy
    {
        get
        {
            lock (_gate)
            {
                return Array.Exists(_lanes, lane => lane.Ready > 0);
            }
        }
    }

    /// <summary>
    /// Asks for the place of a delivery that is about to be leased. A place taken is filled by <see cref="Add"/> or given
    /// back by <see cref="Release"/>.
    /// </summary>
    public Reservation TryReserve(in Place place)
    {
        lock (_gate)
        {
            return TryReserve(place, hasRoom: LaneOf(place).Room(place.Project, _bytes) > 0);
        }
    }

    /// <summary>
    /// Keeps places free for deliveries of a project that are about to be leased from the table, at most
    /// <paramref name="most"/>; returns how many. Each is used by <see cref="TryReserveHeld"/> or given back by
    /// <see cref="LetGo"/>.
    /// </summary>
    public int Hold(Id<Project> project, Priority priority, int most)
    {
        lock (_gate)
        {
            var lane = _lanes[(int)priority];
            var room = _closed ? 0 : lane.Room(project, _bytes);
            _starved |= room == 0;

            // Each place that a project takes is one less of what it leaves, too.
            var held = Math.Min((room + 1) / 2, most);
            lane.Hold(project, held);
            return held;
        }
    }

    /// <summary>As <see cref="TryReserve(in Place)"/>, with a place that was held: only its bytes may be too many.</summary>
    public Reservation TryReserveHeld(in Place place)
    {
        lock (_gate)
        {
            LaneOf(place).LetGo(place.Project, 1);
            return TryReserve(place, hasRoom: true);
        }
    }

    /// <summary>Gives back places that were held for nothing.</summary>
    public void LetGo(Id<Project> project, Priority priority, int held)
    {
        lock (_gate)
        {
            _lanes[(int)priority].LetGo(project, held);
        }
    }

    /// <summary>Gives back a place that will not be filled.</summary>
    public void Release(in Place place)
    {
        lock (_gate)
        {
            LaneOf(place).Release(place);
            _bytes -= place.Bytes;
        }
    }

    /// <summary>Puts a leased delivery into its place.</summary>
    public void Add(LeasedDelivery delivery)
    {
        lock (_gate)
        {
            LaneOf(delivery.Place).Enqueue(delivery);
            ServeSenders();
        }
    }

    /// <summary>
    /// The next delivery, waiting for one; null once the queue is closed or <paramref name="stopping"/>. The taker says
    /// <see cref="Finish"/>.
    /// </summary>
    public Task<SendingTurn?> TakeAsync(CancellationToken stopping)
    {
        lock (_gate)
        {
            if (_closed || stopping.IsCancellationRequested)
            {
                return Task.FromResult<SendingTurn?>(null);
            }

            if (Next() is { } turn)
            {
                return Task.FromResult<SendingTurn?>(turn);
            }

            // Served in Add and Finish.
            var sender = new TaskCompletionSource<SendingTurn?>(TaskCreationOptions.RunContinuationsAsynchronously);
            _idleSenders.Enqueue(sender);
            return sender.Task;
        }
    }

    /// <summary>The attempt is over, whether or not its outcome is recorded yet: its destination has room for another.</summary>
    public void Finish(SendingTurn turn, Answer answer)
    {
        lock (_gate)
        {
            _destinations.End(turn, answer);
            for (var room = _destinations.Room(turn.Destination); room > 0 && turn.Destination.TryUnblock(out var line); room--)
            {
                _lanes[(int)line.Lane].Unblock(line);
            }

            ServeSenders();
        }
    }

    /// <summary>
    /// Looks for destinations that hang. Returns what they have too much of; it is no longer in the queue, and still
    /// leased by this node.
    /// </summary>
    public IReadOnlyList<LeasedDelivery> Shed()
    {
        lock (_gate)
        {
            List<LeasedDelivery> surplus = [];
            if (_destinations.Review())
            {
                Array.ForEach(_lanes, lane => lane.Shed(surplus));
                _bytes -= surplus.Sum(d => (long)d.Bytes);
            }

            return surplus;
        }
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

    /// <summary>Deliveries of a priority that wait in memory.</summary>
    public int Waiting(Priority priority)
    {
        lock (_gate)
        {
            return _lanes[(int)priority].Waiting;
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
    /// <param name="senders">Attempts under way at once, at most.</param>
    public void Open(int senders)
    {
        lock (_gate)
        {
            _destinations.Senders = senders;
            _closed = false;
        }
    }

    /// <summary>Takes no more; returns what nobody has begun to send.</summary>
    public IReadOnlyList<LeasedDelivery> Close()
    {
        lock (_gate)
        {
            _closed = true;
            while (_idleSenders.TryDequeue(out var sender))
            {
                sender.SetResult(null);
            }

            List<LeasedDelivery> left = [];
            Array.ForEach(_lanes, lane => lane.Drain(left));
            _bytes -= left.Sum(d => (long)d.Bytes);
            return left;
        }
    }

    public void Dispose() => _wake.Dispose();

    private Reservation TryReserve(in Place place, bool hasRoom)
    {
        if (_closed || !hasRoom || (_bytes > 0 && _bytes + place.Bytes > _options.MaxBytesInMemory))
        {
            _starved = true;
            return Reservation.Full;
        }

        var lane = LaneOf(place);
        if (lane.IsCongested(place))
        {
            return Reservation.Congested;
        }

        lane.Reserve(place);
        _bytes += place.Bytes;
        return Reservation.Taken;
    }

    private FairLane LaneOf(in Place place) => _lanes[(int)place.Priority];

    private void ServeSenders()
    {
        while (_idleSenders.Count > 0 && Next() is { } turn)
        {
            _idleSenders.Dequeue().SetResult(turn);
        }
    }

    private SendingTurn? Next()
    {
        foreach (var lane in _lanes)
        {
            if (lane.TryDequeue(out var turn))
            {
                _bytes -= turn.Delivery.Bytes;
                WakeWhenThereIsRoom(lane);
                return turn;
            }
        }

        return null;
    }

    /// <summary>What found no room before may find some now. A project alone may have half of a lane, so a quarter is half empty.</summary>
    private void WakeWhenThereIsRoom(FairLane lane)
    {
        if (_starved && lane.Ready <= Math.Max(1, _options.MaxInMemory / 4) && _bytes <= _options.MaxBytesInMemory / 2)
        {
            _starved = false;
            Wake();
        }
    }
}
