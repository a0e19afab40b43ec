using System.Diagnostics;
using MailApi.IntegrationTests.Running;
using MailApi.IntegrationTests.Smtp;

namespace MailApi.IntegrationTests.Nodes;

/// <summary>A node that goes while its mail is under way, for ever or for a while.</summary>
public sealed class LostNodeTests
{
    private const int Sessions = 5;
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(3);

    /// <summary>From the end of its leases to the takeover.</summary>
    private static readonly TimeSpan TakeOver = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task Another_node_takes_over_from_one_that_was_killed_and_nothing_is_lost()
    {
        const int Messages = 40;
        await using var relay = await ScriptedSmtpServer.StartAsync(new SmtpScript { Dot = _ => Reply.Stall });
        await using var fleet = await Fleet.StartAsync(2, Fleet.SendingTo(relay, Sessions));
        using var doomed = fleet.Client(0);
        List<string> ids = [];
        for (var i = 0; i < Messages; i++)
        {
            ids.Add(await doomed.AcceptAsync(ApiClient.Message(AddressOf(i))));
        }

        await relay.Journal.WaitUntilAsync(j => j.CountOf(".") == Sessions, TimeSpan.FromSeconds(10));
        await fleet.WaitForCountAsync(
            "SELECT count(DISTINCT lease_owner) FROM deliveries WHERE lease_owner IS NOT NULL", 1, TimeSpan.FromSeconds(1));
        await relay.PlayAsync(new SmtpScript());
        await fleet.Nodes[0].KillAsync();
        var gone = Stopwatch.StartNew();

        await relay.Journal.WaitUntilAsync(j => j.Messages.Count >= Messages, Lease + TakeOver - gone.Elapsed);
        using var other = fleet.Client(1);
        foreach (var id in ids)
        {
            await other.WaitForEndAsync(id);
            Assert.Equal(["interrupted", "delivered"], await OutcomesAsync(other, id));
        }

        Assert.Equal(Messages, relay.Journal.Messages.Select(m => m.Recipients.Single()).Distinct().Count());
        Assert.Equal(Messages, relay.Journal.Messages.Count);
    }

    /// <summary>
    /// What a frozen node hears last, and what it had in memory, is not its own any more when it wakes up: neither a refusal
    /// nor a delivery of its is recorded, and nothing is sent that others have sent.
    /// </summary>
    [Theory]
    [InlineData("550 5.1.1 no such user", 0)]
    [InlineData("250 2.0.0 taken", 1)]
    public async Task A_node_that_was_frozen_writes_and_sends_nothing_that_others_have_taken_over(string lastWord, int extraCopies)
    {
        var frozen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var relay = await ScriptedSmtpServer.StartAsync(new SmtpScript
        {
            Dot = x => x.Nth == 1 ? ((Reply)lastWord).Once(frozen.Task) : x.Default,
        });
        await using var fleet = await Fleet.StartAsync(2, Fleet.SendingTo(relay, sessions: 1));
        using var sleeper = fleet.Client(0);
        using var other = fleet.Client(1);
        List<string> ids = [];
        for (var i = 0; i < 8; i++)
        {
            ids.Add(await sleeper.AcceptAsync(ApiClient.Message(AddressOf(i))));
            await relay.Journal.WaitUntilAsync(j => j.CountOf(".") == 1, TimeSpan.FromSeconds(10));
        }

        await fleet.Nodes[0].SignalAsync("STOP");
        frozen.SetResult();
        foreach (var id in ids)
        {
            await other.WaitForEndAsync(id);
        }

        await fleet.Nodes[0].SignalAsync("CONT");
        await WakeUpAsync(fleet, sleeper);

        foreach (var id in ids)
        {
            var message = (await other.GetAsync($"/v1/messages/{id}")).Body!;
            Assert.Equal("delivered", message["recipients"]![0]!["status"]!.GetValue<string>());
            Assert.Equal(["interrupted", "delivered"], await OutcomesAsync(other, id));
            var events = (await other.WaitForEventsOfAsync(id, 2)).Select(e => e["type"]!.GetValue<string>());
            Assert.Equal(["message.accepted", "message.delivered"], events);
        }

        Assert.Equal(404, (await other.GetAsync($"/v1/suppressions/{AddressOf(0)}")).Status);
        Assert.Equal(ids.Count + 1 + extraCopies, relay.Journal.Messages.Count);
    }

    /// <summary>
    /// Ends when the woken node has done with all it had: it has heard the last word, and what it accepts now, which stands
    /// behind the rest, has been delivered.
    /// </summary>
    private static async Task WakeUpAsync(Fleet fleet, ApiClient sleeper)
    {
        var last = await sleeper.AcceptAsync(ApiClient.Message("last@example.net"));
        await sleeper.WaitForEndAsync(last);
        await ApiClient.WaitAsync(
            async () => await fleet.MetricAsync(0, "mailapi_attempts_duration_seconds_count"), heard => heard.GetValue<double>() > 0);
        await fleet.WaitUntilDrainedAsync(TimeSpan.FromSeconds(10));
    }

    /// <summary>Each at a destination of its own, so that none is held back for the sake of others.</summary>
    private static string AddressOf(int number) => $"to@example{number}.net";

    private static async Task<IReadOnlyList<string>> OutcomesAsync(ApiClient api, string id) =>
        [.. (await api.AttemptsOfAsync(id)).Select(a => a["outcome"]!.GetValue<string>())];
}
