using MailApi.Core.Data;
using MailApi.Core.Delivery;
using MailApi.Core.Feedback.Mailboxes;
using MailApi.Core.Routing;
using Microsoft.AspNetCore.Http.HttpResults;

namespace MailApi.Hosting;

/// <summary>Whether mail can be accepted and sent.</summary>
/// <param name="Status"><c>ready</c>, <c>degraded</c> (mail is accepted and waits) or <c>unavailable</c>, which it is from the moment it is asked to stop.</param>
/// <param name="Database">True when it answers.</param>
/// <param name="JobServer">True when the relaying job runs.</param>
/// <param name="CaptureMode">True when no relay is configured: nothing leaves the service.</param>
/// <param name="Relays">The state of each.</param>
/// <param name="Mailbox">The state of the mailbox for reports, where one is configured.</param>
public sealed record ReadinessResponse(
    string Status, bool Database, bool JobServer, bool CaptureMode, IReadOnlyList<RelayReadiness> Relays,
    MailboxReadiness? Mailbox);

/// <summary>How the mailbox for reports has been doing.</summary>
/// <param name="Ready">False while this node cannot read it.</param>
/// <param name="Trouble">What is wrong.</param>
public sealed record MailboxReadiness(bool Ready, string? Trouble);

/// <summary>How a relay has been doing.</summary>
/// <param name="Name">Its name in the configuration.</param>
/// <param name="Ready">False while its last connection ended in trouble, or it hangs.</param>
/// <param name="Trouble">What was wrong.</param>
public sealed record RelayReadiness(string Name, bool Ready, string? Trouble);

/// <summary>For those who watch: <c>/healthz</c> says the process lives, <c>/readyz</c> that it can do its work.</summary>
internal static class Health
{
    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/healthz", () => TypedResults.Text("ok"))
            .WithTags("Health").WithName("health").WithSummary("The process lives").AllowAnonymous();
        routes.MapGet("/readyz", Ready)
            .WithTags("Health").WithName("readiness").WithSummary("Mail can be accepted and sent")
            .Produces<ReadinessResponse>()
            .Produces<ReadinessResponse>(StatusCodes.Status503ServiceUnavailable).AllowAnonymous();
    }

    private static JsonHttpResult<ReadinessResponse> Ready(
        DatabaseWatch watch, RelaySet relays, NodeLane<RelayMessages> lane, PollMailbox poll, IHostApplicationLifetime lifetime)
    {
        var database = watch.Answers;
        var stopping = lifetime.ApplicationStopping.IsCancellationRequested;
        var states = relays.Relays
            .Select(r => new RelayReadiness(r.Name, r.Trouble is null, r.Trouble)).ToList();
        var status = stopping || !database || !lane.IsRunning ? "unavailable"
            : states.Exists(s => !s.Ready) || poll.Trouble is not null ? "degraded" : "ready";
        var mailbox = poll.IsConfigured ? new MailboxReadiness(poll.Trouble is null, poll.Trouble) : null;
        return TypedResults.Json(
            new ReadinessResponse(status, database, lane.IsRunning, relays.CaptureMode, states, mailbox),
            statusCode: status == "unavailable" ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK);
    }
}
