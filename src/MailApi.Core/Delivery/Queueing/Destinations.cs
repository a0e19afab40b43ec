namespace MailApi.Core.Delivery.Queueing;

/// <summary>
/// Keeps one domain that hangs from taking all senders: a domain leaves an eighth of those that do not hang elsewhere to
/// others, begins with few, and gains one with each answer.
/// </summary>
internal sealed class Destinations(TimeProvider time)
{
    /// <summary>An attempt that is under way for longer says nothing good of its destination.</summary>
    public static readonly TimeSpan StuckAfter = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, Destination> _byDomain = new(StringComparer.Ordinal);

    // The oldest first. What is over leaves at once: it holds its message.
    private readonly LinkedList<SendingTurn> _watched = new();
    private int _stuck;

    /// <summary>Attempts that this node has under way at most.</summary>
    public int Senders { get; set; }

    public Destination Enter(string domain)
    {
        if (!_byDomain.TryGetValue(domain, out var destination))
        {
            destination = _byDomain[domain] = new Destination(domain);
        }

        destination.Lines++;
        return destination;
    }

    public void Leave(Destination destination)
    {
        destination.Lines--;
        Forget(destination);
    }

    /// <summary>How many more attempts it may have under way.</summary>
    public int Room(Destination destination) =>
        Math.Max(0, Math.Min(destination.Limit, Most(destination)) - destination.UnderWay);

    public bool IsTroubled(Destination destination) => destination.IsTroubled(Most(destination));

    public SendingTurn Begin(LeasedDelivery delivery, Destination destination)
    {
        destination.UnderWay++;
        var turn = new SendingTurn(delivery, destination, time.GetTimestamp());
        _watched.AddLast(turn.Watched);
        return turn;
    }

    public void End(SendingTurn turn, Answer answer)
    {
        var destination = turn.Destination;
        destination.UnderWay--;
        if (turn.IsStuck)
        {
            destination.Stuck--;
            _stuck--;
        }
        else
        {
            _watched.Remove(turn.Watched);
        }

        destination.Learn(answer, Most(destination));
        Forget(destination);
    }

    /// <summary>Marks what takes too long; true when there is something new.</summary>
    public bool Review()
    {
        var before = _stuck;
        while (_watched.First?.Value is { } oldest && time.GetElapsedTime(oldest.StartedAt) >= StuckAfter)
        {
            _watched.RemoveFirst();
            oldest.IsStuck = true;
            oldest.Destination.Stuck++;
            _stuck++;
        }

        return _stuck > before;
    }

    private int Most(Destination destination)
    {
        var free = Senders - (_stuck - destination.Stuck);
        return Math.Max(1, free - Math.Max(1, free / 8));
    }

    private void Forget(Destination destination)
    {
        if (destination is { Lines: 0, UnderWay: 0 })
        {
            _byDomain.Remove(destination.Domain);
        }
    }
}
