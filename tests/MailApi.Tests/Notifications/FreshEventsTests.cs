using MailApi.Core.Data.Events;
using MailApi.Core.Domain;

namespace MailApi.Tests.Notifications;

public sealed class FreshEventsTests
{
    private const int MaxPerEndpoint = 500;

    private static readonly DateTimeOffset Now = new(2026, 11, 23, 10, 0, 0, TimeSpan.Zero);

    private readonly FreshEvents _fresh = new() { Owner = Guid.NewGuid() };
    private readonly Id<Webhook> _endpoint = Id<Webhook>.New(Now);

    [Fact]
    public void An_endpoint_takes_nothing_before_its_table_has_been_told_nor_after_it_is_closed()
    {
        Assert.False(_fresh.TryReserve(_endpoint));
        _fresh.Open(_endpoint);
        Assert.True(_fresh.TryReserve(_endpoint));
        _fresh.Close(_endpoint);
        Assert.False(_fresh.TryReserve(_endpoint));
    }

    [Fact]
    public void A_node_that_does_not_send_takes_nothing()
    {
        _fresh.Open(_endpoint);
        _fresh.Owner = null;

        Assert.False(_fresh.TryReserve(_endpoint));
    }

    [Fact]
    public void What_is_full_closes_and_leaves_other_endpoints_alone()
    {
        var other = Id<Webhook>.New(Now);
        _fresh.Open(_endpoint);
        _fresh.Open(other);
        Assert.Equal(MaxPerEndpoint, Reserve(MaxPerEndpoint + 1));
        Assert.True(_fresh.TryReserve(other));

        // A free place does not open it: older events wait in the table.
        _fresh.Release(_endpoint);
        Assert.False(_fresh.TryReserve(_endpoint));
        _fresh.Open(_endpoint);
        Assert.Equal(1, Reserve(10));
    }

    [Fact]
    public void Events_leave_in_the_order_they_came_and_free_their_places()
    {
        _fresh.Open(_endpoint);
        Reserve(MaxPerEndpoint);
        var (first, second) = (Told(), Told());
        _fresh.Add(first);
        _fresh.Add(second);

        Assert.True(_fresh.TryTake(_endpoint, out var told));
        Assert.Same(first, told);
        Assert.True(_fresh.TryTake(_endpoint, out told));
        Assert.Same(second, told);
        Assert.False(_fresh.TryTake(_endpoint, out told));
        Assert.Equal(2, Reserve(MaxPerEndpoint));
    }

    [Fact]
    public void Many_at_once_take_no_more_than_there_are()
    {
        _fresh.Open(_endpoint);
        var taken = 0;
        Parallel.For(0, 4 * MaxPerEndpoint, _ => Interlocked.Add(ref taken, _fresh.TryReserve(_endpoint) ? 1 : 0));

        Assert.Equal(MaxPerEndpoint, taken);
    }

    private int Reserve(int times) => Enumerable.Range(0, times).Count(_ => _fresh.TryReserve(_endpoint));

    private ToldEvent Told() => new(
        new WebhookDelivery
        {
            Id = Id<WebhookDelivery>.New(Now),
            WebhookId = _endpoint,
            ProjectId = Id<Project>.New(Now),
            EventId = Id<Event>.New(Now),
            EventType = EventTypes.MessageDelivered,
            Status = WebhookDeliveryStatus.Pending,
            DueAt = Now,
            CreatedAt = Now,
            Attempt = 1,
        },
        new NewEvent(Id<Project>.New(Now), EventTypes.MessageDelivered, Now),
        Place: null);
}
