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

    /// <summary>Counts an event of one recipient; false for types that are not counted.</summary>
    public bool Count(string type, string? bounceClass)
    {
        switch (type)
        {
            case EventTypes.MessageDelivered:
                Delivered++;
                return true;
            case EventTypes.MessageDeferred:
                Deferred++;
                return true;
            case EventTypes.MessageBounced:
                CountBounce(bounceClass);
                return true;
            case EventTypes.MessageFailed:
                Failed++;
                return true;
            case EventTypes.MessageSuppressed:
                Suppressed++;
                return true;
            case EventTypes.MessageComplained:
                Complained++;
                return true;
            default:
                return false;
        }
    }

    private void CountBounce(string? bounceClass)
    {
        switch (bounceClass)
        {
            case "hard":
                BouncedHard++;
                break;
            case "block":
                BouncedBlock++;
                break;
            case "soft":
                BouncedSoft++;
                break;
            default:
                BouncedUndetermined++;
                break;
        }
    }
}
