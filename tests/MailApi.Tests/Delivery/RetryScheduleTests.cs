using MailApi.Core.Delivery;

namespace MailApi.Tests.Delivery;

public sealed class RetryScheduleTests
{
    private static readonly RetrySchedule Schedule =
        new([TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5), TimeSpan.FromHours(1)]);

    [Theory]
    [InlineData(1, 60)]
    [InlineData(2, 300)]
    [InlineData(3, 3600)]
    [InlineData(4, 3600)]
    [InlineData(int.MaxValue, 3600)]
    [InlineData(0, 60)]
    public void The_last_delay_repeats(int attempt, double seconds) =>
        Assert.Equal(seconds, Schedule.DelayAfter(attempt, 0.5).TotalSeconds, tolerance: 0.001);

    [Theory]
    [InlineData(0.0, 54)]
    [InlineData(1.0, 66)]
    public void Jitter_is_a_tenth_either_way(double random, double seconds) =>
        Assert.Equal(seconds, Schedule.DelayAfter(1, random).TotalSeconds, tolerance: 0.001);
}
