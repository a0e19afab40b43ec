namespace MailApi.Core.Domain;

/// <summary>What statistics are grouped by.</summary>
public enum StatDimension
{
    /// <summary>Not grouped: everything of a project.</summary>
    Total,
    Tag,
    Template,

    /// <summary>Of the recipient.</summary>
    Domain,
    Relay,
}

/// <summary>What happened in one project, in one hour, under one key of one dimension: folded from the events.</summary>
public sealed class HourlyCount
{
    public required Id<Project> ProjectId { get; init; }

    public required StatDimension Dimension { get; init; }

    /// <summary>Hours since 1970, so that days are a division away on both providers.</summary>
    public required int Hour { get; init; }

    /// <summary>A tag, the id of a template, a domain, a relay; empty for none.</summary>
    public required string Key { get; init; }

    public long Accepted { get; init; }

    public long Recipients { get; init; }

    public long Delivered { get; init; }

    public long Deferred { get; init; }

    public long BouncedHard { get; init; }

    public long BouncedBlock { get; init; }

    public long BouncedSoft { get; init; }

    public long BouncedUndetermined { get; init; }

    public long Failed { get; init; }

    public long Suppressed { get; init; }

    public long Complained { get; init; }
}

/// <summary>The event of a project up to which the hourly counts go. It moves in the transaction that counts.</summary>
public sealed class StatPosition
{
    public required Id<Project> ProjectId { get; init; }

    public required long TransactionId { get; init; }

    public required Id<Event> EventId { get; init; }

    /// <summary>Before every event.</summary>
    public static StatPosition Start(Id<Project> project) =>
        new() { ProjectId = project, TransactionId = -1, EventId = default };
}
