namespace MailApi.Core.Delivery;

/// <summary>Lets one <typeparamref name="TJob"/> at a time run on this node, and tells whether one does.</summary>
public sealed class NodeLane<TJob>
{
    private int _running;

    public bool IsRunning => Volatile.Read(ref _running) == 1;

    internal bool TryEnter() => Interlocked.CompareExchange(ref _running, 1, 0) == 0;

    internal void Leave() => Volatile.Write(ref _running, 0);
}
