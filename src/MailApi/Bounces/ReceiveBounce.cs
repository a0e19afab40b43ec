using MailApi.Core.Bounces.Reports;
using MailApi.Core.Domain;
using MailApi.Core.Feedback;
using MailApi.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace MailApi.Bounces;

/// <summary>What a report that was pushed has led to.</summary>
/// <param name="Kind">bounce, delay, complaint, auto_reply, delivered or none.</param>
/// <param name="Understood">False for mail that is no report.</param>
/// <param name="Matched">The message of this project that it is provably about; empty when it is about none.</param>
/// <param name="Recorded">What it told that was not known yet; empty when it comes again.</param>
public sealed record ReceivedBounceResponse(
    string Kind, bool Understood, IReadOnlyList<Id<Message>> Matched, IReadOnlyList<RecordedBounceResponse> Recorded);

/// <summary>News of one recipient.</summary>
/// <param name="Email">The recipient.</param>
/// <param name="Status">Where it stands now: bounced or complained.</param>
public sealed record RecordedBounceResponse(string Email, string Status);

/// <summary>Takes one report as it arrived, for relays and mail servers that push them.</summary>
internal static class ReceiveBounce
{
    private const string Source = "api";

    public static async Task<Accepted<ReceivedBounceResponse>> HandleAsync(
        HttpRequest request, ApiCaller caller, ReceiveReport receive, CancellationToken cancellationToken)
    {
        var report = await ReportReader.ReadAsync(request.Body, cancellationToken);
        var received = await receive.ReceiveAsync(report, Source, caller.ProjectId, cancellationToken);
        var recorded = received.Recorded.Select(r => new RecordedBounceResponse(r.Recipient, Names.Of(r.Status))).ToList();
        return TypedResults.Accepted(
            received.Matched is { } message ? $"/v1/messages/{message}" : null,
            new ReceivedBounceResponse(
                Names.Of(received.Kind), received.IsUnderstood, received.Matched is { } id ? [id] : [], recorded));
    }
}
