using MailApi.Core.Data.Events;
using MailApi.Core.Delivery;

namespace MailApi.Core.Accepting;

/// <summary>What accepting needs to know of its surroundings.</summary>
internal sealed record AcceptContext(
    TimeProvider Time, EventLog Events, RelayQueue Queue, NodeIdentity Node, Orphans Orphans, DeliveryOptions Delivery)
{
    /// <summary>How long an idempotency key is remembered.</summary>
    public static readonly TimeSpan KeyLifetime = TimeSpan.FromHours(24);
}
