using System.Diagnostics.CodeAnalysis;
using MailApi.Core.Domain;

namespace MailApi.Core.Delivery.Queueing;

/// <summary>
/// One priority's deliveries in memory. Projects take turns, and none takes more places than it leaves free: however
/// much one sends, the first message of another finds room, and is next. Within a project destinations take turns, and
/// one that does not answer keeps few places.
/// </summary>
internal sealed class FairLane(Priority priority, Destinations destinations, int most, long mostBytes)
{
    /// <summary>Places of a project for a destination that has not answered yet.</summary>
    private readonly int _unprovenPlaces = Math.Max(1, most / 8);

    /// <summary>Places of a project for a destination that lets everything hang.</summary>
    private readonly int _troubledPlaces = Math.Max(1, most / 200);

    private readonly Dictionary<Id<Project>, ProjectShare> _shares = [];
    private readonly Queue<ProjectShare> _turns = new();
    private int _blocked;

    /// <summary>Places that are taken.</summary>
    public int Reserved { get; private set; }

    /// <summary>Deliveries that wait, for a sender or for their destination.</summary>
    public int Waiting { get; private set; }

    /// <summary>Deliveries that wait for nothing but a sender, as far as their destinations have been asked.</summary>
    public int Ready => Waiting - _blocked;

    /// <summary>How many more deliveries a project may have here.</summary>
    /// <param name="project">Whose.</param>
    /// <param name="bytes">What all lanes hold.</param>
    public int Room(Id<Project> project, long bytes)
    {
        var share = _shares.GetValueOrDefault(project);
        return bytes > 0 && (share?.Bytes ?? 0) >= mostBytes - bytes
            ? 0
            : Math.Max(0, most - Reserved - (share?.Reserved ?? 0));
    }

    /// <summary>True when a destination's few places are taken, whatever the project may have.</summary>
    public bool IsCongested(in Place place) =>
        _shares.TryGetValue(place.Project, out var share) && share.Lines.TryGetValue(place.Destination, out var line)
        && line.Reserved >= Places(line.Destination);

    /// <summary>Takes places before it is known what for.</summary>
    public void Hold(Id<Project> project, int places)
    {
        if (places > 0)
        {
            Reserved += places;
            ShareOf(project).Reserved += places;
        }
    }

    /// <summary>Gives back what <see cref="Hold"/> has taken.</summary>
    public void LetGo(Id<Project> project, int places)
    {
        if (places > 0)
        {
            GiveBack(_shares[project], places);
        }
    }

    public void Reserve(in Place place)
    {
        var share = ShareOf(place.Project);
        if (!share.Lines.TryGetValue(place.Destination, out var line))
        {
            line = share.Lines[place.Destination] =
                new DestinationLine(share, destinations.Enter(place.Destination), priority);
        }

        Reserved++;
        share.Reserved++;
        line.Reserved++;
        share.Bytes += place.Bytes;
    }

    public void Release(in Place place)
    {
        var share = _shares[place.Project];
        var line = share.Lines[place.Destination];
        line.Reserved--;
        share.Bytes -= place.Bytes;
        if (line.Reserved == 0)
        {
            share.Lines.Remove(place.Destination);
            destinations.Leave(line.Destination);
        }

        GiveBack(share, 1);
    }

    /// <summary>Fills a place that was reserved.</summary>
    public void Enqueue(LeasedDelivery delivery)
    {
        var line = _shares[delivery.ProjectId].Lines[delivery.Place.Destination];
        line.Waiting.Enqueue(delivery);
        Waiting++;
        if (line.IsBlocked)
        {
            _blocked++;
        }
        else if (line.Waiting.Count == 1)
        {
            TakeTurn(line);
        }
    }

    /// <summary>The next delivery whose destination has room; its place is free again, and its attempt under way.</summary>
    public bool TryDequeue([NotNullWhen(true)] out SendingTurn? turn)
    {
        turn = null;
        while (turn is null && _turns.TryDequeue(out var share))
        {
            while (turn is null && share.Turns.TryDequeue(out var line))
            {
                if (destinations.Room(line.Destination) > 0)
                {
                    turn = destinations.Begin(line.Waiting.Dequeue(), line.Destination);
                    Waiting--;
                    if (line.Waiting.Count > 0)
                    {
                        share.Turns.Enqueue(line);
                    }
                }
                else
                {
                    Block(line);
                }
            }

            if (share.Turns.Count > 0)
            {
                _turns.Enqueue(share);
            }
        }

        if (turn is not null)
        {
            Release(turn.Delivery.Place);
        }

        return turn is not null;
    }

    /// <summary>A line whose destination has room again.</summary>
    public void Unblock(DestinationLine line)
    {
        line.IsBlocked = false;
        _blocked -= line.Waiting.Count;
        if (line.Waiting.Count > 0)
        {
            TakeTurn(line);
        }
    }

    /// <summary>Hands back what destinations that let everything hang have too many of, and frees its places.</summary>
    public void Shed(List<LeasedDelivery> surplus)
    {
        foreach (var line in _shares.Values.SelectMany(s => s.Lines.Values).Where(l => l.IsBlocked).ToList())
        {
            while (line.Waiting.Count > 0 && line.Reserved > Places(line.Destination))
            {
                var delivery = line.Waiting.Dequeue();
                Waiting--;
                _blocked--;
                surplus.Add(delivery);
                Release(delivery.Place);
            }
        }
    }

    /// <summary>Everything that waits, its places freed.</summary>
    public void Drain(List<LeasedDelivery> left)
    {
        foreach (var line in _shares.Values.SelectMany(s => s.Lines.Values).ToList())
        {
            while (line.Waiting.TryDequeue(out var delivery))
            {
                left.Add(delivery);
                Release(delivery.Place);
            }

            line.Share.Turns.Clear();
        }

        _turns.Clear();
        (Waiting, _blocked) = (0, 0);
    }

    private ProjectShare ShareOf(Id<Project> project)
    {
        if (!_shares.TryGetValue(project, out var share))
        {
            share = _shares[project] = new ProjectShare(project);
        }

        return share;
    }

    private void GiveBack(ProjectShare share, int places)
    {
        Reserved -= places;
        share.Reserved -= places;
        if (share.Reserved == 0)
        {
            _shares.Remove(share.Project);
        }
    }

    private void TakeTurn(DestinationLine line)
    {
        line.Share.Turns.Enqueue(line);
        if (line.Share.Turns.Count == 1)
        {
            _turns.Enqueue(line.Share);
        }
    }

    private void Block(DestinationLine line)
    {
        line.IsBlocked = true;
        _blocked += line.Waiting.Count;
        line.Destination.Block(line);
    }

    private int Places(Destination destination) =>
        destinations.IsTroubled(destination) ? _troubledPlaces
        : destination.IsProven ? int.MaxValue
        : _unprovenPlaces;
}
