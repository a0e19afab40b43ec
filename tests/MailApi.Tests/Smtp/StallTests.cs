using System.Threading.Channels;
using MailApi.Core.Smtp;

namespace MailApi.Tests.Smtp;

/// <summary>A relay that answers nobody is left to those who have begun; one that is slow, or hangs for one domain, is not.</summary>
public sealed class StallTests
{
    private static readonly int Patience = (int)StallWatch.Patience.TotalSeconds;

    [Theory]
    [InlineData("")]
    [InlineData("EHLO client.test")]
    public async Task Who_waits_for_a_session_goes_to_the_next_relay(string command)
    {
        await using var relay = new HangingRelay(maxConnections: 3) { HangsAt = c => c == command };
        var sent = relay.Send(Recipients(10));
        await relay.HangAsync(3);
        relay.Pass(Patience - 1);
        Assert.False(relay.First.IsStalled);

        relay.Pass(2);

        Assert.All(await HangingRelay.AllAsync(sent), r => Assert.Equal("second", Assert.Single(r).Relay));
        Assert.True(relay.First.IsStalled);
        Assert.Equal("The server hangs: it has opened no session for 10 s.", relay.First.LastTrouble?.Reason);
        Assert.False(relay.First.IsPaused(relay.Time.GetUtcNow()));
        Assert.Equal("second", await relay.TakerAsync("later@b.test"));
    }

    [Fact]
    public async Task A_connection_without_a_message_takes_it_back()
    {
        await using var relay = new HangingRelay(maxConnections: 3) { HangsAt = c => c == "" };
        var sent = relay.Send("a@b.test");
        await relay.HangAsync(1);
        relay.Pass(Patience + 1);
        await HangingRelay.AllAsync(sent);
        await relay.HangAsync(1);
        relay.HangsAt = _ => false;

        relay.GoOn();
        await relay.LeaveAsync();

        Assert.False(relay.First.IsStalled);
        Assert.Null(relay.First.LastTrouble);
        Assert.Equal("first", await relay.TakerAsync("later@b.test"));
    }

    [Fact]
    public async Task Who_may_have_been_taken_stays()
    {
        await using var relay = new HangingRelay(maxConnections: 4) { HangsAt = c => c == "." };
        var sent = relay.Send(Recipients(10));
        await relay.HangAsync(4);

        await relay.PassUntilAsync(() => relay.LeftBehind == 4);

        Assert.All(await HangingRelay.AllAsync(sent[4..]), r => Assert.Equal("second", Assert.Single(r).Relay));
        Assert.All(sent[..4], task => Assert.False(task.IsCompleted));
        Assert.Equal(4, relay.LeftBehind);
        Assert.Equal(
            "The server hangs: it has completed the reply to the final dot for nobody for 10 s.",
            relay.First.LastTrouble?.Reason);

        relay.GoOn();
        Assert.All(await HangingRelay.AllAsync(sent[..4]), r => Assert.Equal("first", Assert.Single(r).Relay));
        relay.Pass(1);
        Assert.Null(relay.First.LastTrouble);
        Assert.Equal(4, relay.LeftBehind);
    }

    [Fact]
    public async Task One_message_at_a_time_tries_a_relay_that_opens_its_door_and_hangs_later()
    {
        await using var relay = new HangingRelay(maxConnections: 4) { HangsAt = c => c == "." };
        var begun = relay.Send(Recipients(4));
        await relay.HangAsync(4);
        await relay.PassUntilAsync(() => relay.First.IsStalled);
        await relay.LeaveAsync();
        Assert.Equal("second", await relay.TakerAsync("early@b.test"));

        relay.HangUp();
        Assert.All(await HangingRelay.AllAsync(begun), r => Assert.True(Assert.Single(r).Ambiguous));
        await relay.PassUntilAsync(() => !relay.First.IsStalled);
        var trial = relay.Send("trial@b.test");
        await relay.HangAsync(1);
        Assert.Equal("second", await relay.TakerAsync("other@b.test"));

        relay.GoOn();
        Assert.Equal("first", Assert.Single(Assert.Single(await HangingRelay.AllAsync(trial))).Relay);
        relay.HangsAt = _ => false;
        relay.Pass(1);
        Assert.Null(relay.First.LastTrouble);
        Assert.Equal("first", await relay.TakerAsync("later@b.test"));
    }

    [Fact]
    public async Task Without_another_relay_all_wait()
    {
        await using var relay = new HangingRelay(maxConnections: 2, alone: true) { HangsAt = c => c == "" };
        var sent = relay.Send(Recipients(5));
        await relay.HangAsync(2);

        relay.Pass(60);

        Assert.NotNull(relay.First.LastTrouble);
        Assert.All(sent, task => Assert.False(task.IsCompleted));
        relay.HangsAt = _ => false;
        relay.GoOn();
        Assert.All(await HangingRelay.AllAsync(sent), r => Assert.Equal("first", Assert.Single(r).Relay));
        Assert.Equal(0, relay.LeftBehind);
    }

    [Fact]
    public async Task A_slow_relay_is_not_one_that_hangs()
    {
        var answers = Channel.CreateUnbounded<bool>();
        await using var relay = new HangingRelay(maxConnections: 1);
        relay.Slowly(async () =>
        {
            var delay = Task.Delay(TimeSpan.FromSeconds(4), relay.Time);
            await answers.Writer.WriteAsync(true);
            await delay;
        });

        var sent = Task.WhenAll(relay.Send(Recipients(4)));
        while (await Task.WhenAny(sent, answers.Reader.WaitToReadAsync(TestContext.Current.CancellationToken).AsTask()) != sent)
        {
            await answers.Reader.ReadAsync(TestContext.Current.CancellationToken);
            relay.Pass(4);
            Assert.False(relay.First.IsStalled);
        }

        Assert.All(await sent, r => Assert.Equal("first", Assert.Single(r).Relay));
    }

    [Fact]
    public async Task A_relay_that_hangs_for_one_domain_is_not_one_that_hangs()
    {
        await using var relay = new HangingRelay(maxConnections: 20)
        {
            HangsAt = c => c.StartsWith("RCPT", StringComparison.Ordinal),
        };
        relay.Send(Recipients(5));
        await relay.HangAsync(5);
        relay.Pass(Patience + 1);
        Assert.False(relay.First.IsStalled);

        relay.Send("a@c.test");
        await relay.HangAsync(1);
        relay.Pass(Patience + 1);

        Assert.True(relay.First.IsStalled);
    }

    private static IEnumerable<string> Recipients(int count) => Enumerable.Range(0, count).Select(i => $"r{i}@b.test");
}
