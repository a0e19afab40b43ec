namespace MailApi.Core.Delivery;

/// <summary>When deliveries of destinations that hang are due again: at most some hundred of them a second.</summary>
public sealed class Parking(TimeProvider time)
{
    private static readonly TimeSpan Soonest = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan Latest = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(1) / 500;

    private DateTimeOffset _last;

    /// <summary>The time for the next one. Called by the one job that leases.</summary>
    public DateTimeOffset Next()
    {
        var now = time.GetUtcNow();
        _last += Step;
        _last = _last < now + Soonest ? now + Soonest : _last > now + Latest ? now + Latest : _last;
        return _last;
    }
}
