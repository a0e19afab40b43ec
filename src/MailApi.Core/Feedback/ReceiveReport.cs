using MailApi.Core.Bounces.Reports;
using MailApi.Core.Data.Writing;
using MailApi.Core.Domain;

namespace MailApi.Core.Feedback;

/// <summary>
/// Takes what comes back of messages: reads it, finds the message that it is provably about, and records what is new.
/// Safe to be given the same report again, here or on another node at the same time. Throws when the database is out of
/// reach; nothing was recorded then, and the report has to be given again.
/// </summary>
public sealed class ReceiveReport(Writer writer)
{
    /// <summary>Takes a mail as it arrived; <paramref name="source"/> says how, a word for the log: <c>imap</c>, <c>api</c>.</summary>
    public Task<ReceivedReport> ReceiveAsync(
        ReadOnlyMemory<byte> mail, string source, CancellationToken cancellationToken) =>
        RecordAsync(ReportReader.Read(mail), source, null, cancellationToken);

    /// <summary>Takes a relay's own news; <paramref name="source"/> is the relay: <c>ses</c>.</summary>
    public Task<ReceivedReport> ReceiveAsync(
        RelayNotice notice, string source, CancellationToken cancellationToken) =>
        RecordAsync(ReportOf(notice), source, null, cancellationToken);

    private static BounceReport ReportOf(RelayNotice notice) => new(
        notice.Kind,
        [.. notice.Recipients.Select(r => new ReportedRecipient(notice.Kind, r.Email, null, r.Verdict, r.Code, r.EnhancedCode, r.Diagnostic))],
        new OriginalMessage { References = notice.Identifiers });

    private async Task<ReceivedReport> RecordAsync(
        BounceReport report, string source, Id<Project>? project, CancellationToken cancellationToken)
    {
        _ = (source, project);
        await writer.TransactAsync(session => session.FlushAsync(cancellationToken), cancellationToken);
        return new ReceivedReport(report.Kind, null, []);
    }
}
