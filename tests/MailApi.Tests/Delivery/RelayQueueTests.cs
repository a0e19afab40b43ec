using MailApi.Core.Delivery;
using MailApi.Core.Delivery.Queueing;
using MailApi.Core.Domain;
using Microsoft.Extensions.Options;

namespace MailApi.Tests.Delivery;

public sealed class RelayQueueTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 23, 10, 0, 0, TimeSpan.Zero);
    private int _destinations;

    [Fact]
    public async Task Higher_priorities_overtake()
    {
        using var queue = Queue();
        Put(queue, Priority.Low);
        Put(queue, Priority.Normal);
        Put(queue, Priority.High);

        Assert.Equal(Priority.High, (await queue.TakeAsync(CancellationToken.None))!.Delivery.Priority);
        Assert.Equal(Priority.Normal, (await queue.TakeAsync(CancellationToken.None))!.Delivery.Priority);
        Assert.Equal(Priority.Low, (await queue.TakeAsync(CancellationToken.None))!.Delivery.Priority);
    }

    [Fact]
    public void A_full_lane_refuses_and_leaves_the_others_open()
    {
        using var queue = Queue(most: 1);

        Assert.True(Reserve(queue, NewProject(), Priority.Low, 10));
        Assert.False(Reserve(queue, NewProject(), Priority.Low, 10));
        Assert.True(Reserve(queue, NewProject(), Priority.High, 10));
    }

    [Fact]
    public void Memory_is_bounded_but_one_large_message_always_fits()
    {
        using var queue = Queue(bytes: 100);

        var large = new Place(NewProject(), Priority.Normal, "x.example", 500);
        Assert.Equal(Reservation.Taken, queue.TryReserve(large));
        Assert.False(Reserve(queue, NewProject(), Priority.Normal, 1));
        queue.Release(large);
        Assert.True(Reserve(queue, NewProject(), Priority.Normal, 1));
    }

    [Fact]
    public async Task Room_that_was_missed_is_announced()
    {
        using var queue = Queue(most: 2);
        Put(queue, Priority.Normal);
        Put(queue, Priority.Normal);
        Assert.False(Reserve(queue, NewProject(), Priority.Normal, 1));

        await queue.TakeAsync(CancellationToken.None);

        Assert.True(await queue.WaitAsync(TimeSpan.Zero, CancellationToken.None));
    }

    [Fact]
    public void What_is_held_for_the_table_is_not_taken_by_fresh_messages()
    {
        using var queue = Queue(most: 4);
        var project = NewProject();

        Assert.Equal(2, queue.Hold(project, Priority.Normal, 5));
        Assert.False(Reserve(queue, project, Priority.Normal, 1));
        Assert.True(Reserve(queue, NewProject(), Priority.Normal, 1));
        Assert.Equal(Reservation.Taken, queue.TryReserveHeld(new Place(project, Priority.Normal, "x.example", 1)));

        queue.LetGo(project, Priority.Normal, 1);
        Assert.True(Reserve(queue, NewProject(), Priority.Normal, 1));
    }

    [Fact]
    public void Held_places_that_nothing_was_found_for_are_free_again()
    {
        using var queue = Queue(most: 4);
        var project = NewProject();
        using (var places = new HeldPlaces(queue, Priority.Normal))
        {
            Assert.Equal(2, places.Hold(project, 5));
            Assert.Equal(Reservation.Taken, places.TryReserve(new Place(project, Priority.Normal, "x.example", 1)));
        }

        Assert.Equal(1, queue.Hold(project, Priority.Normal, 5));
    }

    [Fact]
    public async Task A_closed_queue_hands_back_what_is_left()
    {
        using var queue = Queue();
        Put(queue, Priority.Normal);

        Assert.Single(queue.Close());
        Assert.False(Reserve(queue, NewProject(), Priority.Normal, 1));
        Assert.Null(await queue.TakeAsync(new CancellationToken(canceled: true)));
    }

    private static RelayQueue Queue(int most = 10, long bytes = 1_000)
    {
        var queue = new RelayQueue(Options.Create(new DeliveryOptions { MaxInMemory = most, MaxBytesInMemory = bytes }), TimeProvider.System);
        queue.Open(senders: 100);
        return queue;
    }

    [Fact]
    public async Task Projects_take_turns()
    {
        using var queue = Queue(most: 100);
        var (flood, first, second) = (NewProject(), NewProject(), NewProject());
        for (var i = 0; i < 20; i++)
        {
            Put(queue, Priority.Normal, flood);
        }

        Put(queue, Priority.Normal, first);
        Put(queue, Priority.Normal, second);
        Put(queue, Priority.Normal, first);

        List<Id<Project>> taken = [];
        for (var i = 0; i < 5; i++)
        {
            taken.Add((await queue.TakeAsync(CancellationToken.None))!.Delivery.ProjectId);
        }

        Assert.Equal([flood, first, second, flood, first], taken);
    }

    [Fact]
    public void A_flood_leaves_as_many_places_as_it_takes()
    {
        using var queue = Queue(most: 100, bytes: 10_000);
        var flood = NewProject();
        var taken = 0;
        while (Reserve(queue, flood, Priority.Normal, 10))
        {
            taken++;
        }

        Assert.Equal(50, taken);
        Assert.Equal(0, queue.Hold(flood, Priority.Normal, 1));
        Assert.True(Reserve(queue, NewProject(), Priority.Normal, 10));
        Assert.True(Reserve(queue, flood, Priority.High, 10));
    }

    [Fact]
    public void A_flood_of_large_messages_leaves_memory_to_others()
    {
        using var queue = Queue(most: 100, bytes: 1_000);
        var flood = NewProject();
        while (Reserve(queue, flood, Priority.Normal, 100))
        {
            // Until it has its share.
        }

        Assert.True(Reserve(queue, NewProject(), Priority.Normal, 100));
    }

    private static Id<Project> NewProject() => Id<Project>.New(Now);

    /// <summary>Each at another destination: what one destination may have is tested elsewhere.</summary>
    private bool Reserve(RelayQueue queue, Id<Project> project, Priority priority, int bytes) =>
        queue.TryReserve(new Place(project, priority, $"x{_destinations++}.example", bytes)) == Reservation.Taken;

    private void Put(RelayQueue queue, Priority priority) => Put(queue, priority, NewProject());

    private void Put(RelayQueue queue, Priority priority, Id<Project> project) =>
        queue.Put(project, priority, $"x{_destinations++}.example");
}
