using System.Diagnostics.CodeAnalysis;
using MailApi.Core.Domain;

namespace MailApi.Core.Delivery;

/// <summary>
/// One priority's deliveries in memory. Projects take turns, and none takes more places than it leaves free: however
/// much one sends, the first message of another finds room, and is next.
/// </summary>
internal sealed class FairLane(int most, long mostBytes)
{
    private readonly Dictionary<Id<Project>, Share> _shares = [];
    private readonly Queue<Share> _turns = new();

    /// <summary>Places that are taken.</summary>
    public int Reserved { get; private set; }

    /// <summary>Deliveries that wait for a sender.</summary>
    public int Waiting { get; private set; }

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

    public void Reserve(Id<Project> project, int bytes)
    {
        if (!_shares.TryGetValue(project, out var share))
        {
            share = _shares[project] = new Share(project);
        }

        Reserved++;
        share.Reserved++;
        share.Bytes += bytes;
    }

    public void Release(Id<Project> project, int bytes)
    {
        var share = _shares[project];
        Reserved--;
        share.Reserved--;
        share.Bytes -= bytes;
        if (share.Reserved == 0)
        {
            _shares.Remove(project);
        }
    }

    /// <summary>Fills a place that was reserved.</summary>
    public void Enqueue(LeasedDelivery delivery)
    {
        var share = _shares[delivery.ProjectId];
        share.Waiting.Enqueue(delivery);
        Waiting++;
        if (share.Waiting.Count == 1)
        {
            _turns.Enqueue(share);
        }
    }

    /// <summary>The next delivery of the project whose turn it is; its place is free again.</summary>
    public bool TryDequeue([NotNullWhen(true)] out LeasedDelivery? delivery)
    {
        delivery = null;
        if (!_turns.TryDequeue(out var share))
        {
            return false;
        }

        delivery = share.Waiting.Dequeue();
        Waiting--;
        if (share.Waiting.Count > 0)
        {
            _turns.Enqueue(share);
        }

        Release(share.Project, delivery.Bytes);
        return true;
    }

    private sealed class Share(Id<Project> project)
    {
        public Id<Project> Project { get; } = project;

        public Queue<LeasedDelivery> Waiting { get; } = new();

        public int Reserved { get; set; }

        public long Bytes { get; set; }
    }
}
