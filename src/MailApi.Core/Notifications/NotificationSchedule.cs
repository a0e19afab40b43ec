using MailApi.Core.Domain;

namespace MailApi.Core.Notifications;

/// <summary>When to tell it again: arithmetic only.</summary>
/// <param name="delays">Between attempts; the last repeats.</param>
/// <param name="giveUpAfter">So old an event is not told again, once every delay has been used.</param>
internal sealed class NotificationSchedule(IReadOnlyList<TimeSpan> delays, TimeSpan giveUpAfter)
{
    private const double Jitter = 0.2;

    /// <summary>The next attempt's time; null when it is given up.</summary>
    /// <param name="row">What was attempted; <see cref="WebhookDelivery.Attempt"/> counts from 1.</param>
    /// <param name="retryAfter">The endpoint asked not to come back sooner.</param>
    /// <param name="now">The time of the failure.</param>
    /// <param name="random">0 to 1: where in the fifth on either side of the delay to land.</param>
    public DateTimeOffset? NextAfter(WebhookDelivery row, TimeSpan? retryAfter, DateTimeOffset now, double random)
    {
        if (row.Attempt > delays.Count && now - row.CreatedAt >= giveUpAfter)
        {
            return null;
        }

        var delay = delays[Math.Min(row.Attempt, delays.Count) - 1] * (1 - Jitter + (2 * Jitter * random));
        return now + (retryAfter > delay ? retryAfter.Value : delay);
    }
}
