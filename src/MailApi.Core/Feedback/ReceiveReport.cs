using MailApi.Core.Bounces.Reports;
using MailApi.Core.Domain;
using Microsoft.Extensions.Logging;

namespace MailApi.Core.Feedback;

/// <summary>
/// Takes what comes back of messages: reads it, finds the message that it is provably about, and records what is new.
/// Safe to be given the same report again, here or on another node at the same time. Throws when the database is out of
/// reach; nothing was recorded then, and the report has to be given again.
/// </summary>
public sealed partial class ReceiveReport(MatchReport match, RecordReport record, ILogger<ReceiveReport> logger)
{
    /// <summary>Takes a mail as it arrived; <paramref name="source"/> says how, a word for the log: <c>imap</c>, <c>pop3</c>.</summary>
    public Task<ReceivedReport> ReceiveAsync(
        ReadOnlyMemory<byte> mail, string source, CancellationToken cancellationToken) =>
        ReceiveAsync(ReportReader.Read(mail), source, null, cancellationToken);

    /// <summary>Takes a relay's own news; <paramref name="source"/> is the relay: <c>ses</c>.</summary>
    public Task<ReceivedReport> ReceiveAsync(
        RelayNotice notice, string source, CancellationToken cancellationToken) =>
        ReceiveAsync(notice.ToReport(), source, null, cancellationToken);

    /// <summary>Takes a report that has been read; one of a project that is not the one given is unknown.</summary>
    public async Task<ReceivedReport> ReceiveAsync(
        BounceReport report, string source, Id<Project>? project, CancellationToken cancellationToken)
    {
        var found = report.Kind is ReportKind.None ? null : await match.FindAsync(report, project, cancellationToken);
        var recorded = found is null ? [] : await record.RunAsync(found, source, cancellationToken);
        Log.Received(logger, report.Kind, source, found?.Message.Id, recorded.Count);
        return new ReceivedReport(report.Kind, found?.Message.Id, recorded);
    }

    private static partial class Log
    {
        [LoggerMessage(
            LogLevel.Information, "A report of kind {Kind} came by {Source}: about {MessageId}, with news of {Count} recipients")]
        public static partial void Received(
            ILogger logger, ReportKind kind, string source, Id<Message>? messageId, int count);
    }
}
