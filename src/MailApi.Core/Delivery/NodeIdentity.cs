using MailApi.Core.Domain;

namespace MailApi.Core.Delivery;

/// <summary>This process among its equals; a restart makes a new one.</summary>
public sealed class NodeIdentity(TimeProvider time)
{
    private long _leasesHoldUntil;

    public Guid Id { get; } = UuidV7.Create(time.GetUtcNow());

    public DateTimeOffset StartedAt { get; } = time.GetUtcNow();

    /// <summary>After this moment others may have taken over what this node had leased.</summary>
    public DateTimeOffset LeasesHoldUntil
    {
        get => new(Volatile.Read(ref _leasesHoldUntil), TimeSpan.Zero);
        internal set => Volatile.Write(ref _leasesHoldUntil, value.UtcTicks);
    }
}
