using MailApi.Core.Domain;

namespace MailApi.Core.Stats;

/// <summary>
/// How often each thing happened. Each is a count of events, so late news never contradicts what was counted.
/// </summary>
public sealed class StatCounts
{
    /// <summary>Messages.</summary>
    public long Accepted { get; set; }

    /// <summary>Of the accepted messages, the suppressed ones included.</summary>
    public long Recipients { get; set; }

    public long Delivered { get; set; }

    public long Deferred { get; set; }

    public long BouncedHard { get; set; }

    public long BouncedBlock { get; set; }

    public long BouncedSoft { get; set; }

    public long BouncedUndetermined { get; set; }

    public long Failed { get; set; }

    public long Suppressed { get; set; }

    public long Complained { get; set; }

    public void Add(StatCounts other)
    {
        Accepted += other.Accepted;
        Recipients += other.Recipients;
        Delivered += other.Delivered;
        Deferred += other.Deferred;
        BouncedHard += other.BouncedHard;
        BouncedBlock += other.BouncedBlock;
        BouncedSoft += other.BouncedSoft;
        BouncedUndetermined += other.BouncedUndetermined;
        Failed += other.Failed;
        Suppressed += other.Suppressed;
        Complained += other.Complained;
    }

    /// <summary>Counts events of one type; false for types that are not counted.</summary>
    /// <param name="type">One of <see cref="EventTypes"/>.</param>
    /// <param name="bounceClass">Of bounces.</param>
    /// <param name="events">How many.</param>
    public bool Count(string type, string? bounceClass, long events)
    {
        switch (type)
        {
            case EventTypes.MessageAccepted:
                Accepted += events;
                return true;
            case EventTypes.MessageDelivered:
                Delivered += events;
                return true;
            case EventTypes.MessageDeferred:
                Deferred += events;
                return true;
            case EventTypes.MessageBounced:
                CountBounces(bounceClass, events);
                return true;
            case EventTypes.MessageFailed:
                Failed += events;
                return true;
            case EventTypes.MessageSuppressed:
                Suppressed += events;
                return true;
            case EventTypes.MessageComplained:
                Complained += events;
                return true;
            default:
                return false;
        }
    }

    private void CountBounces(string? bounceClass, long events)
    {
        switch (bounceClass)
        {
            case "hard":
                BouncedHard += events;
                break;
            case "block":
                BouncedBlock += events;
                break;
            case "soft":
                BouncedSoft += events;
                break;
            default:
                BouncedUndetermined += events;
                break;
        }
    }
}
