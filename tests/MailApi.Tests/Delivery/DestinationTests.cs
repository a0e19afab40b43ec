using System.Runtime.CompilerServices;
using MailApi.Core.Delivery;
using MailApi.Core.Delivery.Queueing;
using MailApi.Core.Domain;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace MailApi.Tests.Delivery;

/// <summary>A domain that hangs takes few senders and little memory, whoever's mail goes there.</summary>
public sealed class DestinationTests : IDisposable
{
    private const int Senders = 20;
    private const string Slow = "slow.example";
    private const string Other = "other.example";
    private static readonly DateTimeOffset Now = new(2026, 11, 25, 10, 0, 0, TimeSpan.Zero);

    private readonly FakeTimeProvider _time = new(Now);
    private readonly Id<Project> _project = Id<Project>.New(Now);
    private readonly RelayQueue _queue;
    private Task<SendingTurn?>? _idle;

    public DestinationTests()
    {
        _queue = new RelayQueue(Options.Create(new DeliveryOptions { MaxInMemory = 1_000 }), _time);
        _queue.Open(Senders);
    }

    public void Dispose() => _queue.Dispose();

    [Fact]
    public void A_destination_begins_with_few_attempts_and_gains_one_with_each_answer()
    {
        Put(Slow, 50);
        var turns = Take(50);
        Assert.Equal(5, turns.Count);

        _queue.Finish(turns[0], Answer.Given);

        Assert.Equal(2, Take(50).Count);
        Put(Other, 1);
        Assert.Equal(Other, Assert.Single(Take(1)).Delivery.Place.Destination);
    }

    [Fact]
    public void One_destination_leaves_an_eighth_of_the_senders_to_others()
    {
        Assert.Equal(18, Prove(Slow).Count);
    }

    [Fact]
    public void What_hangs_elsewhere_is_not_there_to_be_shared()
    {
        Prove(Slow);
        _time.Advance(TimeSpan.FromSeconds(1));
        _queue.Shed();

        Assert.Single(Prove(Other));
    }

    [Fact]
    public void Without_an_answer_the_attempts_halve()
    {
        Put(Slow, 50);
        Take(50).ForEach(turn => _queue.Finish(turn, Answer.Missing));

        Assert.Single(Take(50));
    }

    [Fact]
    public void Trouble_of_a_relay_says_nothing_of_the_destination()
    {
        Put(Slow, 50);
        Take(50).ForEach(turn => _queue.Finish(turn, Answer.None));

        Assert.Equal(5, Take(50).Count);
    }

    [Fact]
    public void A_destination_that_has_not_answered_keeps_few_places()
    {
        Put(Slow, 125);

        Assert.Equal(Reservation.Congested, Reserve(Slow));
        Assert.Equal(Reservation.Taken, Reserve(Other));
    }

    [Fact]
    public void One_that_has_answered_may_have_what_its_project_may()
    {
        Prove(Slow);

        Put(Slow, 200);
    }

    [Fact]
    public void When_it_hangs_it_hands_back_what_it_has_too_much_of()
    {
        Prove(Slow);
        Put(Slow, 400);
        _time.Advance(TimeSpan.FromSeconds(1));

        var surplus = _queue.Shed();

        Assert.InRange(surplus.Count, 400, 475);
        Assert.All(surplus, delivery => Assert.Equal(Slow, delivery.Place.Destination));
        Assert.Equal(Reservation.Congested, Reserve(Slow));
        Assert.Empty(_queue.Shed());
        Put(Other, 1);
        Assert.Equal(Other, Assert.Single(Take(1)).Delivery.Place.Destination);
    }

    [Fact]
    public void Waiting_for_a_destination_is_not_waiting_for_a_sender()
    {
        Put(Slow, 50);
        Take(50);

        Assert.False(_queue.IsBusy);
        Assert.Equal(45, _queue.Waiting(Priority.Normal));
    }

    [Fact]
    public void A_sender_that_waits_is_served_when_an_attempt_ends()
    {
        Put(Slow, 6);
        var turns = Take(5);
        Assert.Empty(Take(1));

        _queue.Finish(turns[0], Answer.Given);

        Assert.Equal(Slow, Assert.Single(Take(1)).Delivery.Place.Destination);
    }

    [Fact]
    public void A_message_is_let_go_of_when_its_attempt_is_over_whatever_else_hangs()
    {
        Put(Slow, 1);
        Assert.Single(Take(1));

        var sent = SendOne();

        GC.Collect();
        Assert.False(sent.IsAlive);
    }

    [Fact]
    public void Higher_priorities_get_a_destinations_room_first()
    {
        Put(Slow, 10, Priority.Low);
        var turns = Take(5);
        Put(Slow, 1, Priority.High);
        Assert.Empty(Take(1));

        _queue.Finish(turns[0], Answer.None);

        Assert.Equal(Priority.High, Assert.Single(Take(1)).Delivery.Priority);
    }

    [Fact]
    public void A_closed_queue_hands_back_what_waits_for_its_destination()
    {
        Put(Slow, 50);
        Take(50);

        Assert.Equal(45, _queue.Close().Count);
    }

    /// <summary>In a method of its own, whose variables are gone when it is.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private WeakReference SendOne()
    {
        Put(Other, 1);
        var turn = Assert.Single(Take(1));
        _queue.Finish(turn, Answer.Given);
        return new WeakReference(turn.Delivery);
    }

    /// <summary>Answers until the destination has all the attempts it may have, and leaves those under way.</summary>
    private List<SendingTurn> Prove(string domain)
    {
        Put(domain, 90);
        var turns = Take(1);
        for (var i = 0; i < Senders; i++)
        {
            _queue.Finish(turns[0], Answer.Given);
            turns.RemoveAt(0);
            turns.AddRange(Take(Senders));
        }

        return turns;
    }

    /// <summary>What senders could begin now.</summary>
    private List<SendingTurn> Take(int most)
    {
        List<SendingTurn> turns = [];
        while (turns.Count < most)
        {
            _idle ??= _queue.TakeAsync(CancellationToken.None);
            if (!_idle.IsCompletedSuccessfully)
            {
                break;
            }

            turns.Add(_idle.Result!);
            _idle = null;
        }

        return turns;
    }

    private Reservation Reserve(string domain) => _queue.TryReserve(new Place(_project, Priority.Normal, domain, 10));

    private void Put(string domain, int count, Priority priority = Priority.Normal)
    {
        for (var i = 0; i < count; i++)
        {
            _queue.Put(_project, priority, domain);
        }
    }
}
