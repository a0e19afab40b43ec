using MailApi.Core.Bounces.Replies;
using MailApi.Core.Bounces.Reports;
using MailApi.Core.Domain;

namespace MailApi.Core.Feedback;

/// <summary>What a report means for one recipient: a table of where it stands and what is told.</summary>
internal sealed record LateNews
{
    /// <summary>From where a recipient can come to bounce, and to be complained about.</summary>
    private static readonly Dictionary<ReportKind, (RecipientStatus To, RecipientStatus[] From)> Moves = new()
    {
        [ReportKind.Bounce] = (
            RecipientStatus.Bounced, [RecipientStatus.Queued, RecipientStatus.Deferred, RecipientStatus.Delivered]),
        [ReportKind.Complaint] = (
            RecipientStatus.Complained,
            [RecipientStatus.Queued, RecipientStatus.Deferred, RecipientStatus.Delivered, RecipientStatus.Bounced]),
    };

    public required Recipient Recipient { get; init; }

    /// <summary>Where the recipient stands from now on; null for a delay, which leaves it where it is.</summary>
    public required RecipientStatus? Status { get; init; }

    /// <summary>The verdict on a bounce.</summary>
    public Bounce? Bounce { get; init; }

    public required ReportedRecipient Told { get; init; }

    public string? Reason => Status is RecipientStatus.Complained ? "complaint" : Told.Diagnostic ?? "reported";

    /// <summary>Null when it is no news: known already, not possible, or of no consequence.</summary>
    public static LateNews? Of(MatchedRecipient matched, RecipientStatus status)
    {
        var (recipient, told) = matched;
        if (told.Kind is ReportKind.Delay && status is not (RecipientStatus.Suppressed or RecipientStatus.Cancelled))
        {
            return new LateNews { Recipient = recipient, Status = null, Told = told };
        }

        // A complaint with a verdict was made by a program that missed a signature: nobody has complained.
        var isNews = told is not { Kind: ReportKind.Complaint, Verdict: not null };
        return isNews && Moves.TryGetValue(told.Kind, out var move) && move.From.Contains(status)
            ? new LateNews
            {
                Recipient = recipient,
                Status = move.To,
                Bounce = told.Kind is ReportKind.Bounce ? VerdictOn(told) : null,
                Told = told,
            }
            : null;
    }

    private static Bounce VerdictOn(ReportedRecipient told) => told.Verdict
        ?? ReplyClassifier.Classify(new SmtpReply(told.Code ?? 0, told.EnhancedCode, told.Diagnostic ?? ""));
}
