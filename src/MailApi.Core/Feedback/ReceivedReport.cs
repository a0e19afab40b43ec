using MailApi.Core.Bounces.Reports;
using MailApi.Core.Domain;

namespace MailApi.Core.Feedback;

/// <summary>What became of a report.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Matched">The message that it is provably about; null when none is, or it is gone.</param>
/// <param name="Recorded">What it told that was not known yet; empty when it comes again.</param>
public sealed record ReceivedReport(ReportKind Kind, Id<Message>? Matched, IReadOnlyList<RecordedNews> Recorded)
{
    /// <summary>False for ordinary mail, which somebody should look at.</summary>
    public bool IsUnderstood => Kind is not ReportKind.None;
}

/// <summary>Something that was recorded of one recipient.</summary>
/// <param name="Recipient">The address as the message names it.</param>
/// <param name="Status">Where the recipient stands now.</param>
public sealed record RecordedNews(string Recipient, RecipientStatus Status);
