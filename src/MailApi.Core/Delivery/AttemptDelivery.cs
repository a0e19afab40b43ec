using System.Diagnostics;
using MailApi.Core.Data.Events;
using MailApi.Core.Data.Writing;
using MailApi.Core.Delivery.Queueing;
using MailApi.Core.Domain;
using MailApi.Core.Routing;
using MailApi.Core.Smtp;
using MailApi.Core.Suppressing;
using MailApi.Core.Telemetry;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MailApi.Core.Delivery;

/// <summary>One attempt from the lease to the line for commits: send, judge, record.</summary>
public sealed partial class AttemptDelivery(
    RelaySet relays,
    RelayQueue queue,
    GroupCommit commits,
    EventLog events,
    SuppressAddress suppress,
    Leases leases,
    NodeIdentity node,
    IOptions<DeliveryOptions> options,
    Random random,
    TimeProvider time,
    ILogger<AttemptDelivery> logger)
{
    private readonly RetrySchedule _schedule = new(options.Value.RetrySchedule);

    /// <summary>
    /// Attempts a delivery and puts its outcome in line. A delivery whose lease may have been lost, or that has to wait
    /// for a relay while the node stops, goes back untouched.
    /// </summary>
    /// <param name="turn">With a delivery leased by this node; it is over when the attempt is.</param>
    /// <param name="stopping">The node is to stop: nothing new is begun.</param>
    /// <param name="abort">The node will not wait any longer.</param>
    public async Task RunAsync(SendingTurn turn, CancellationToken stopping, CancellationToken abort)
    {
        var answer = Answer.None;
        var finished = false;
        IReadOnlyList<RelayResult>? results;
        try
        {
            // A relay that hangs says nothing of the destination, which may have this place for another relay.
            results = await SendInTimeAsync(turn.Delivery, () => Finish(Answer.None), stopping, abort);
            answer = AnswerOf(results);
        }
        finally
        {
            Finish(answer);
        }

        if (results is null)
        {
            leases.LetGo(turn.Delivery);
        }
        else
        {
            await RecordAsync(turn.Delivery, results);
        }

        void Finish(Answer answer)
        {
            if (!Interlocked.Exchange(ref finished, true))
            {
                queue.Finish(turn, answer);
            }
        }
    }

    /// <summary>Null when nothing was begun; empty when nobody is left to send to.</summary>
    private async Task<IReadOnlyList<RelayResult>?> SendInTimeAsync(
        LeasedDelivery delivery, Action leftBehind, CancellationToken stopping, CancellationToken abort)
    {
        if (!node.Holds(delivery.LeasedAt, time.GetUtcNow()))
        {
            return null;
        }

        if (delivery.Recipients.Count == 0)
        {
            // Reports have told the end of each while another attempt was under way.
            return [];
        }

        using var span = MailTraces.StartRoot("attempt", ActivityKind.Client)?
            .SetTag("mailapi.message_id", $"{delivery.MessageId}").SetTag("mailapi.attempt", delivery.Attempt);
        var begun = false;
        try
        {
            var results = await SendAsync(
                delivery, () => begun = begun || node.Holds(delivery.LeasedAt, time.GetUtcNow()), leftBehind, stopping, abort);
            Measure(results, span);
            return results.Count == 0 ? null : results;
        }
        catch (OperationCanceledException) when (!begun && !abort.IsCancellationRequested)
        {
            // The lease was lost while the delivery waited for a session.
            return null;
        }
    }

    private static Answer AnswerOf(IReadOnlyList<RelayResult>? results) =>
        results is not [.., var last] || last.RelayTrouble ? Answer.None
        : last.Recipients.Any(r => r.Reply is not null || r.Kind != RecipientResultKind.Deferred) ? Answer.Given
        : Answer.Missing;

    /// <summary>An attempt that a fault of ours cut short counts as deferred, so that it cannot be repeated for ever.</summary>
    public Task RecordFaultAsync(LeasedDelivery delivery)
    {
        var now = time.GetUtcNow();
        var bounce = new Bounce(BounceClass.Undetermined, BounceCategory.Infrastructure);
        var fault = new RelayResult
        {
            Relay = "none",
            StartedAt = now,
            FinishedAt = now,
            Recipients =
            [
                .. delivery.Recipients.Select(r => new RecipientResult(
                    r.Address, RecipientResultKind.Deferred, null, bounce, "The service failed; its log tells more.")),
            ],
        };
        return RecordAsync(delivery, [fault]);
    }

    private async Task RecordAsync(LeasedDelivery delivery, IReadOnlyList<RelayResult> results)
    {
        var now = time.GetUtcNow();
        var verdict = AttemptVerdict.On(delivery, results, now + Delay(delivery, results), now);
        LogOutcomes(delivery, verdict);

        // The message has been handed over: its outcome is recorded whatever happens to the node.
        await commits.SubmitAsync(new RecordOutcome(delivery, verdict, events, suppress, node, time), CancellationToken.None);
    }

    private async Task<IReadOnlyList<RelayResult>> SendAsync(
        LeasedDelivery delivery, Func<bool> mayBegin, Action leftBehind, CancellationToken stopping, CancellationToken abort)
    {
        var simulateAll = delivery.Sandbox || relays.CaptureMode;
        var simulated = delivery.Recipients.Where(r => simulateAll || SandboxRelay.Simulates(r.Address)).ToList();
        List<RelayResult> results = [];
        if (simulated.Count < delivery.Recipients.Count)
        {
            var real = delivery.Recipients.Except(simulated).Select(r => r.Address).ToList();
            var message = new OutgoingMessage(delivery.Sender, real, delivery.Prefix, delivery.Mime)
            {
                MayBegin = mayBegin,
                LeftBehind = leftBehind,
            };
            results.AddRange(await relays.SendAsync(message, stopping, abort));
            if (results.Count == 0)
            {
                return results;
            }
        }

        if (simulated.Count > 0)
        {
            results.Add(SandboxRelay.Send(delivery, simulated, time.GetUtcNow()));
        }

        return results;
    }

    /// <summary>Trouble that is ours is tried again soon, however long the schedule has become.</summary>
    private TimeSpan Delay(LeasedDelivery delivery, IReadOnlyList<RelayResult> results)
    {
        var delay = _schedule.DelayAfter(delivery.Attempt, random.NextDouble());
        var longest = options.Value.RelayTroubleDelay;
        return results is [.., { RelayTrouble: true }] && delay > longest ? longest : delay;
    }

    /// <summary>An attempt is called by what became of its first recipient.</summary>
    private static void Measure(IReadOnlyList<RelayResult> results, Activity? span)
    {
        foreach (var result in results)
        {
            var first = result.Recipients[0];
            MailMeter.Attempted(result.Relay, Names.Of(first.Kind), result.FinishedAt - result.StartedAt);
            span?.SetTag("mailapi.relay", result.Relay).SetTag("mailapi.outcome", Names.Of(first.Kind))
                .SetTag("smtp.code", first.Reply?.Code);
        }
    }

    private void LogOutcomes(LeasedDelivery delivery, AttemptVerdict verdict)
    {
        foreach (var change in verdict.Changes)
        {
            Log.Attempted(
                logger, delivery.MessageId, change.Recipient.Position, delivery.Attempt, change.Status,
                verdict.Results[^1].Relay);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(
            LogLevel.Debug, "Attempt {Attempt} of {MessageId} for recipient {Position} by relay {Relay} ended {Status}")]
        public static partial void Attempted(
            ILogger logger, Id<Message> messageId, int position, int attempt, RecipientStatus status, string relay);
    }
}
