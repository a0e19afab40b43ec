using MailApi.Core.Domain;

namespace MailApi.Core.Delivery;

/// <summary>This process among its equals; a restart makes a new one.</summary>
public sealed class NodeIdentity(TimeProvider time)
{
    private long _leasesHoldUntil;
    private long _lapsedAt;

    public Guid Id { get; } = UuidV7.Create(time.GetUtcNow());

    public DateTimeOffset StartedAt { get; } = time.GetUtcNow();

    /// <summary>After this moment others may have taken over what this node had leased.</summary>
    public DateTimeOffset LeasesHoldUntil => new(Volatile.Read(ref _leasesHoldUntil), TimeSpan.Zero);

    /// <summary>When this node last found that its leases had run out while it lived; the first of times when it never did.</summary>
    public DateTimeOffset LapsedAt => new(Volatile.Read(ref _lapsedAt), TimeSpan.Zero);

    /// <summary>
    /// True when what was leased at <paramref name="leasedAt"/> is this node's for certain. A node that was frozen, or cut
    /// off from the database, does not get its old leases back by saying that it lives.
    /// </summary>
    public bool Holds(DateTimeOffset leasedAt, DateTimeOffset now) => now < LeasesHoldUntil && leasedAt > LapsedAt;

    /// <summary>The node is about to say that it lives: what it has leased is void if that comes too late.</summary>
    internal void LapseWhenLate(DateTimeOffset now)
    {
        if (LeasesHoldUntil > DateTimeOffset.MinValue && now >= LeasesHoldUntil)
        {
            Volatile.Write(ref _lapsedAt, now.UtcTicks);
        }
    }

    /// <summary>The database knows that the node lives until then.</summary>
    internal void HoldUntil(DateTimeOffset until) => Volatile.Write(ref _leasesHoldUntil, until.UtcTicks);
}
