using MailApi.Core.Delivery;
using MailApi.Core.Domain;
using Microsoft.Extensions.Options;

namespace MailApi.Tests.Delivery;

public sealed class RelayQueueTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 23, 10, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Higher_priorities_overtake()
    {
        using var queue = Queue();
        Put(queue, Priority.Low);
        Put(queue, Priority.Normal);
        Put(queue, Priority.High);

        Assert.Equal(Priority.High, (await queue.TakeAsync(CancellationToken.None))!.Priority);
        Assert.Equal(Priority.Normal, (await queue.TakeAsync(CancellationToken.None))!.Priority);
        Assert.Equal(Priority.Low, (await queue.TakeAsync(CancellationToken.None))!.Priority);
    }

    [Fact]
    public void A_full_lane_refuses_and_leaves_the_others_open()
    {
        using var queue = Queue(most: 1);

        Assert.True(queue.TryReserve(Priority.Low, 10));
        Assert.False(queue.TryReserve(Priority.Low, 10));
        Assert.True(queue.TryReserve(Priority.High, 10));
    }

    [Fact]
    public void Memory_is_bounded_but_one_large_message_always_fits()
    {
        using var queue = Queue(bytes: 100);

        Assert.True(queue.TryReserve(Priority.Normal, 500));
        Assert.False(queue.TryReserve(Priority.Normal, 1));
        queue.Release(Priority.Normal, 500);
        Assert.True(queue.TryReserve(Priority.Normal, 1));
    }

    [Fact]
    public async Task Room_that_was_missed_is_announced()
    {
        using var queue = Queue(most: 2);
        Put(queue, Priority.Normal);
        Put(queue, Priority.Normal);
        Assert.False(queue.TryReserve(Priority.Normal, 1));

        await queue.TakeAsync(CancellationToken.None);

        Assert.True(await queue.WaitAsync(TimeSpan.Zero, CancellationToken.None));
    }

    [Fact]
    public async Task A_closed_queue_hands_back_what_is_left()
    {
        using var queue = Queue();
        Put(queue, Priority.Normal);

        Assert.Single(queue.Close());
        Assert.False(queue.TryReserve(Priority.Normal, 1));
        Assert.Null(await queue.TakeAsync(new CancellationToken(canceled: true)));
    }

    private static RelayQueue Queue(int most = 10, long bytes = 1_000)
    {
        var queue = new RelayQueue(Options.Create(new DeliveryOptions { MaxInMemory = most, MaxBytesInMemory = bytes }));
        queue.Open();
        return queue;
    }

    private static void Put(RelayQueue queue, Priority priority)
    {
        Assert.True(EmailAddress.TryParse("a@x.example", out var address, out _));
        Assert.True(queue.TryReserve(priority, 10));
        queue.Add(new LeasedDelivery
        {
            MessageId = Id<Message>.New(Now),
            ProjectId = Id<Project>.New(Now),
            Priority = priority,
            Attempt = 1,
            Sandbox = false,
            Sender = address,
            Recipients = [],
            Tags = [],
            Metadata = new Dictionary<string, string>(),
            Prefix = [],
            Mime = [],
            ExpiresAt = Now,
            Bytes = 10,
        });
    }
}
