using MailApi.Core.Domain;

namespace MailApi.Core.Delivery.Queueing;

/// <summary>A project's deliveries of one priority to one destination, first come first served.</summary>
internal sealed class DestinationLine(ProjectShare share, Destination destination, Priority lane)
{
    public ProjectShare Share { get; } = share;

    public Destination Destination { get; } = destination;

    public Priority Lane { get; } = lane;

    public Queue<LeasedDelivery> Waiting { get; } = new();

    /// <summary>Places taken, filled or not.</summary>
    public int Reserved { get; set; }

    /// <summary>Left out of the turns until its destination has room.</summary>
    public bool IsBlocked { get; set; }
}

/// <summary>What one project has in a lane. Its destinations take turns.</summary>
internal sealed class ProjectShare(Id<Project> project)
{
    public Id<Project> Project { get; } = project;

    public Dictionary<string, DestinationLine> Lines { get; } = new(StringComparer.Ordinal);

    /// <summary>Lines with something to send whose destination had room when last asked.</summary>
    public Queue<DestinationLine> Turns { get; } = new();

    public int Reserved { get; set; }

    public long Bytes { get; set; }
}
