using MailApi.Core.Data.Events;
using MailApi.Core.Delivery;
using MailApi.Core.Delivery.Queueing;
using MailApi.Core.Domain;

namespace MailApi.Core.Accepting;

/// <summary>What accepting needs to know of its surroundings.</summary>
internal sealed record AcceptContext(
    TimeProvider Time,
    EventLog Events,
    RelayQueue Queue,
    ServiceHeaders Headers,
    ReturnPaths ReturnPaths,
    NodeIdentity Node,
    Orphans Orphans,
    DeliveryOptions Delivery)
{
    /// <summary>How long an idempotency key is remembered.</summary>
    public static readonly TimeSpan KeyLifetime = TimeSpan.FromHours(24);
}
