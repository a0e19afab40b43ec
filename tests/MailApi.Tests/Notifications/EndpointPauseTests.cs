using MailApi.Core.Notifications;
using Microsoft.Extensions.Time.Testing;

namespace MailApi.Tests.Notifications;

public sealed class EndpointPauseTests
{
    private const int Patience = 20;

    private readonly FakeTimeProvider _time = new();
    private readonly EndpointPause _pause;

    public EndpointPauseTests() => _pause = new EndpointPause(_time);

    [Fact]
    public void A_run_of_failures_pauses_and_a_single_one_does_not()
    {
        Fail(Patience - 1);
        Assert.Equal((false, false, true), (_pause.IsOn, _pause.IsProbing, _pause.Remembers));

        Fail(1);
        Assert.Equal((true, true), (_pause.IsOn, _pause.IsProbing));
    }

    [Fact]
    public void A_success_in_between_begins_the_count_anew()
    {
        Fail(Patience - 1);
        _pause.Succeeded();
        Fail(Patience - 1);

        Assert.False(_pause.IsOn);
    }

    [Fact]
    public void Each_failed_probe_doubles_the_pause_up_to_a_minute()
    {
        Fail(Patience);
        foreach (var seconds in (int[])[1, 2, 4, 8, 16, 32, 60, 60])
        {
            _time.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromTicks(1));
            Assert.True(_pause.IsOn, $"{seconds} s were not kept.");
            _time.Advance(TimeSpan.FromTicks(1));
            Assert.Equal((false, true), (_pause.IsOn, _pause.IsProbing));
            Fail(1);
        }
    }

    [Fact]
    public void Requests_that_were_in_flight_make_a_pause_no_longer()
    {
        Fail(Patience + 9);
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.False(_pause.IsOn);
    }

    [Fact]
    public void A_success_ends_it()
    {
        Fail(Patience);
        _pause.Succeeded();

        Assert.Equal((false, false, false), (_pause.IsOn, _pause.IsProbing, _pause.Remembers));
    }

    [Theory]
    [InlineData(7, 7)]
    [InlineData(3_600, 60)]
    public void It_lasts_as_long_as_the_endpoint_asks_but_no_more_than_a_minute(int asked, int seconds)
    {
        _pause.Failed(TimeSpan.FromSeconds(asked));
        _time.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromTicks(1));
        Assert.Equal((true, false), (_pause.IsOn, _pause.IsProbing));

        _time.Advance(TimeSpan.FromTicks(1));
        Assert.False(_pause.IsOn);
    }

    private void Fail(int times)
    {
        for (var i = 0; i < times; i++)
        {
            _pause.Failed(retryAfter: null);
        }
    }
}
