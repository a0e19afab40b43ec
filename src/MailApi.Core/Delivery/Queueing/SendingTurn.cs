namespace MailApi.Core.Delivery.Queueing;

/// <summary>A delivery that a sender has taken, until <see cref="RelayQueue.Finish"/>.</summary>
public sealed class SendingTurn
{
    internal SendingTurn(LeasedDelivery delivery, Destination destination, long startedAt)
    {
        (Delivery, Destination, StartedAt) = (delivery, destination, startedAt);
        Watched = new LinkedListNode<SendingTurn>(this);
    }

    public LeasedDelivery Delivery { get; }

    internal Destination Destination { get; }

    /// <summary>A timestamp of <see cref="TimeProvider.GetTimestamp"/>.</summary>
    internal long StartedAt { get; }

    /// <summary>Its place among those that are under way and not stuck.</summary>
    internal LinkedListNode<SendingTurn> Watched { get; }

    internal bool IsStuck { get; set; }
}

/// <summary>What an attempt tells of its destination.</summary>
public enum Answer
{
    /// <summary>Nothing: it was not asked, or the relay before it is in trouble.</summary>
    None,

    /// <summary>It said something, were it a refusal.</summary>
    Given,

    /// <summary>It could not be reached, or broke off without a word.</summary>
    Missing,
}
