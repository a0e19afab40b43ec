using MailApi.Core.Domain;
using MailApi.Core.Notifications;
using MailApi.Core.Notifications.Sending;

namespace MailApi.Tests.Notifications;

public sealed class NotificationScheduleTests
{
    private static readonly DateTimeOffset Created = new(2026, 11, 23, 10, 0, 0, TimeSpan.Zero);

    private static readonly NotificationSchedule Schedule =
        new(WebhookOptions.DefaultRetrySchedule, new WebhookOptions().GiveUpAfter);

    [Theory]
    [InlineData(1, 5)]
    [InlineData(2, 5 * 60)]
    [InlineData(3, 30 * 60)]
    [InlineData(4, 2 * 3600)]
    [InlineData(5, 5 * 3600)]
    [InlineData(6, 10 * 3600)]
    [InlineData(7, 14 * 3600)]
    [InlineData(8, 20 * 3600)]
    [InlineData(9, 24 * 3600)]
    [InlineData(10, 24 * 3600)]
    public void Each_failure_has_its_delay_with_a_fifth_of_jitter_and_the_last_repeats(int attempt, double seconds)
    {
        Assert.Equal(seconds * 0.8, DelayAfter(attempt, random: 0), tolerance: 0.001);
        Assert.Equal(seconds, DelayAfter(attempt, random: 0.5), tolerance: 0.001);
        Assert.Equal(seconds * 1.2, DelayAfter(attempt, random: 1), tolerance: 0.001);
    }

    [Theory]
    [InlineData(1, 60, 60)]
    [InlineData(1, 4, 5)]
    [InlineData(1, 0, 5)]
    [InlineData(2, 299, 300)]
    [InlineData(2, 86_400, 86_400)]
    public void A_longer_wait_that_the_endpoint_asks_for_is_kept_and_a_shorter_one_is_not(
        int attempt, double asked, double seconds) =>
        Assert.Equal(seconds, DelayAfter(attempt, random: 0.5, TimeSpan.FromSeconds(asked)), tolerance: 0.001);

    [Theory]
    [InlineData(9, 100, false)]
    [InlineData(10, 59.9, false)]
    [InlineData(10, 60, true)]
    [InlineData(11, 59.9, false)]
    [InlineData(100, 61, true)]
    public void An_event_is_given_up_when_it_is_old_and_every_delay_has_been_used(int attempt, double hours, bool givenUp) =>
        Assert.Equal(
            givenUp, Schedule.NextAfter(Row(attempt), retryAfter: null, Created.AddHours(hours), random: 0.5) is null);

    [Fact]
    public void The_default_schedule_has_ten_attempts()
    {
        var (now, attempts) = (Created, 1);
        while (Schedule.NextAfter(Row(attempts), retryAfter: null, now, random: 0.5) is { } next)
        {
            (now, attempts) = (next, attempts + 1);
        }

        Assert.Equal((10, 75.6), (attempts, Math.Round((now - Created).TotalHours, 1)));
    }

    private static double DelayAfter(int attempt, double random, TimeSpan? retryAfter = null) =>
        (Schedule.NextAfter(Row(attempt), retryAfter, Created, random)!.Value - Created).TotalSeconds;

    private static WebhookDelivery Row(int attempt) => new()
    {
        Id = Id<WebhookDelivery>.New(Created),
        WebhookId = Id<Webhook>.New(Created),
        ProjectId = Id<Project>.New(Created),
        EventId = Id<Event>.New(Created),
        EventType = EventTypes.MessageDelivered,
        Status = WebhookDeliveryStatus.Pending,
        DueAt = Created,
        CreatedAt = Created,
        Attempt = attempt,
    };
}
