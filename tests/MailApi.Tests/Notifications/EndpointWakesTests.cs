using MailApi.Core.Data.Events;
using MailApi.Core.Domain;
using Microsoft.Extensions.Time.Testing;

namespace MailApi.Tests.Notifications;

public sealed class EndpointWakesTests : IDisposable
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(5);

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 23, 10, 0, 0, TimeSpan.Zero));
    private readonly EndpointWakes _wakes;
    private readonly Id<Webhook> _one;
    private readonly Id<Webhook> _two;

    public EndpointWakesTests()
    {
        _wakes = new EndpointWakes(_time);
        (_one, _two) = (Id<Webhook>.New(_time.GetUtcNow()), Id<Webhook>.New(_time.GetUtcNow()));
    }

    public void Dispose() => _wakes.Dispose();

    [Fact]
    public async Task What_gathers_is_told_once_and_together()
    {
        _wakes.Wake(fresh: [_one, _one], stored: [_two]);
        _wakes.Wake(fresh: [_one], stored: []);

        var due = await WaitAsync();
        Assert.Equal([_one], due.Fresh);
        Assert.Equal([_two], due.Stored);

        _wakes.Wake(fresh: [], stored: [_one]);
        due = await WaitAsync();
        Assert.Empty(due.Fresh);
        Assert.Equal([_one], due.Stored);
    }

    [Fact]
    public async Task A_wake_ends_a_wait_that_has_begun()
    {
        var waiting = WaitAsync();
        Assert.False(waiting.IsCompleted);
        _wakes.Wake(fresh: [_one], stored: []);

        Assert.Equal([_one], (await waiting.WaitAsync(Long, TestContext.Current.CancellationToken)).Fresh);
    }

    [Fact]
    public async Task What_is_due_later_comes_when_it_is_due()
    {
        _wakes.WakeAt(_one, _time.GetUtcNow().AddSeconds(1));
        _wakes.WakeAt(_two, _time.GetUtcNow().AddHours(1));
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal([_one], (await WaitAsync()).Stored);
    }

    [Fact]
    public async Task Without_news_the_wait_ends_empty()
    {
        var due = await _wakes.WaitAsync(TimeSpan.Zero, TestContext.Current.CancellationToken);

        Assert.Equal((0, 0), (due.Fresh.Count, due.Stored.Count));
    }

    [Fact]
    public async Task Waking_costs_nothing_when_nobody_waits()
    {
        for (var i = 0; i < 1_000; i++)
        {
            _wakes.Wake(fresh: [], stored: [_one]);
        }

        Assert.Equal([_one], (await WaitAsync()).Stored);
    }

    private Task<DueEndpoints> WaitAsync() => _wakes.WaitAsync(Long, TestContext.Current.CancellationToken);
}
