namespace MailApi.Core.Delivery;

/// <summary>When the next attempt is due: arithmetic only.</summary>
public sealed class RetrySchedule(IReadOnlyList<TimeSpan> delays)
{
    private const double Jitter = 0.1;

    /// <summary>Used when the configuration names none.</summary>
    public static IReadOnlyList<TimeSpan> Default { get; } =
    [
        TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(15), TimeSpan.FromHours(1),
        TimeSpan.FromHours(2), TimeSpan.FromHours(4), TimeSpan.FromHours(8),
    ];

    /// <summary>The delay after an attempt.</summary>
    /// <param name="attempt">Counts from 1; beyond the schedule its last delay repeats.</param>
    /// <param name="random">0 to 1: where in the tenth on either side of the delay to land.</param>
    public TimeSpan DelayAfter(int attempt, double random)
    {
        var delay = delays[Math.Min(Math.Max(attempt, 1), delays.Count) - 1];
        return delay * (1 - Jitter + (2 * Jitter * random));
    }
}
