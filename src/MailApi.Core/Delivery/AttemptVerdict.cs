using MailApi.Core.Delivery.Queueing;
using MailApi.Core.Domain;
using MailApi.Core.Smtp;

namespace MailApi.Core.Delivery;

/// <summary>What changes for one recipient.</summary>
internal sealed record RecipientChange(
    PendingRecipient Recipient,
    RecipientStatus Status,
    string? Reason,
    IReadOnlyList<(string Type, EventDetails Details)> Events)
{
    /// <summary>The verdict by which the recipient has reached its end; null when there is none, or nobody believes it.</summary>
    public Bounce? Ended { get; init; }
}

/// <summary>What an attempt means for a delivery: pure arithmetic over its results.</summary>
/// <param name="Results">One per relay that was tried, in order.</param>
/// <param name="Changes">One per recipient.</param>
/// <param name="NextDue">When to try again; null when every recipient has reached its end.</param>
internal sealed record AttemptVerdict(
    IReadOnlyList<RelayResult> Results, IReadOnlyList<RecipientChange> Changes, DateTimeOffset? NextDue)
{
    /// <param name="delivery">What was attempted.</param>
    /// <param name="results">One per relay that was tried; the last word on each recipient counts.</param>
    /// <param name="next">When the schedule would try again.</param>
    /// <param name="now">A delivery that has expired by now is given up.</param>
    public static AttemptVerdict On(
        LeasedDelivery delivery, IReadOnlyList<RelayResult> results, DateTimeOffset next, DateTimeOffset now)
    {
        var expired = now >= delivery.ExpiresAt;
        var changes = delivery.Recipients.Select(r => Change(r, results, expired)).ToList();
        var open = changes.Exists(c => c.Status == RecipientStatus.Deferred);

        // The last attempt is made when the message expires, not skipped because the schedule is longer.
        return new AttemptVerdict(results, changes, !open ? null : next < delivery.ExpiresAt ? next : delivery.ExpiresAt);
    }

    private static RecipientChange Change(
        PendingRecipient recipient, IReadOnlyList<RelayResult> results, bool expired)
    {
        var (attempt, result) = results
            .SelectMany(a => a.Recipients.Where(r => r.Recipient == recipient.Address).Select(r => (a, r)))
            .Last();
        var details = Details(attempt, result);
        var reason = result.Reply?.Response ?? result.Reason;
        return result.Kind switch
        {
            RecipientResultKind.Delivered => Delivered(recipient, details),
            RecipientResultKind.Bounced => new RecipientChange(
                recipient, RecipientStatus.Bounced, reason, [(EventTypes.MessageBounced, details)])
            {
                Ended = attempt.Relay == SandboxRelay.Name ? null : result.Bounce,
            },
            _ when expired => new RecipientChange(
                recipient, RecipientStatus.Failed, "expired",
                [(EventTypes.MessageFailed, details with { Reason = "expired" })])
            {
                Ended = attempt.Relay == SandboxRelay.Name ? null : result.Bounce,
            },
            _ => new RecipientChange(
                recipient, RecipientStatus.Deferred, reason, [(EventTypes.MessageDeferred, details)]),
        };
    }

    private static RecipientChange Delivered(PendingRecipient recipient, EventDetails details)
    {
        var complains = SandboxRelay.Complains(recipient.Address);
        List<(string, EventDetails)> events = [(EventTypes.MessageDelivered, details)];
        if (complains)
        {
            events.Add((
                EventTypes.MessageComplained,
                new EventDetails { Source = SandboxRelay.Name, Relay = SandboxRelay.Name }));
        }

        var status = complains ? RecipientStatus.Complained : RecipientStatus.Delivered;
        return new RecipientChange(recipient, status, null, events);
    }

    private static EventDetails Details(RelayResult attempt, RecipientResult result) => new()
    {
        Bounce = result.Bounce is { } bounce
            ? new BounceDetails(Names.Of(bounce.Class), Names.Of(bounce.Category), "smtp")
            : null,
        Smtp = result.Reply is { } reply
            ? new SmtpDetails(reply.Code, reply.EnhancedCode, reply.Response, attempt.Host, attempt.Tls)
            : attempt.Host is { } host ? new SmtpDetails(null, null, null, host, attempt.Tls) : null,
        Reason = result.Reason,
        Relay = attempt.Relay,
    };
}
