using MailApi.Core.Bounces.Reports.Forms;
using MailApi.Core.Bounces.Reports.Wording;
namespace MailApi.Core.Bounces.Reports;

/// <summary>Says what the parts of a mail amount to, the surest form first.</summary>
internal static class ReportInterpreter
{
    /// <summary>A report, or the report that somebody passed on in it without a word about its recipients.</summary>
    public static BounceReport Of(MailContent mail)
    {
        var report = Of(mail, out var isPassedOn);
        if (!isPassedOn || PassedOn(mail) is not { } inner)
        {
            return report;
        }

        var passed = Of(inner, out _);
        if (passed.Recipients.Count == 0 || passed.Kind is not (ReportKind.Bounce or ReportKind.Delay))
        {
            return report;
        }

        return passed with { Original = passed.Original with { ReportSentTo = report.Original.ReportSentTo } };
    }

    private static MailContent? PassedOn(MailContent mail)
    {
        if (mail.Enclosed is { } enclosed)
        {
            return MailContent.Of(enclosed);
        }

        return InlineOriginal.Split(mail.Text).Message is { } message
            ? ReportReader.ReadInner(InlineOriginal.Unquote(message))
            : null;
    }

    private static BounceReport Of(MailContent mail, out bool isPassedOn)
    {
        isPassedOn = false;
        var (text, header, _) = InlineOriginal.Split(mail.Text);
        mail.Original ??= header;
        var recipients = Addresses.Recipients(mail.Original);
        var notice = new Notice(text, OwnAddresses(mail), recipients);
        var signs = new Signs(mail, text);
        var original = OriginalReader.Of(mail);

        if (FeedbackReport.Read(mail, original) is { } complaint)
        {
            return complaint;
        }

        if (SesNotification.Read(text) is { } notification)
        {
            return notification with { Original = notification.Original with { ReportSentTo = original.ReportSentTo } };
        }

        var statuses = mail.Statuses.Count > 0 ? mail.Statuses
            : signs.MayQuoteStatus && DeliveryStatus.InText(text) is { } inText ? [inText] : [];
        var entries = DeliveryStatus.Read(statuses, out var envelopeId);
        original = original with { EnvelopeId = envelopeId is null ? null : XText.Decode(envelopeId) };
        if (entries.Count > 0 && FromStatus(entries, notice, signs, text, mail) is { } report)
        {
            return report with { Original = original };
        }

        isPassedOn = !notice.NamesRecipients && !mail.Headers.Has("X-Failed-Recipients");
        return FromWords(notice, signs, text, mail) with { Original = original };
    }

    private static BounceReport? FromStatus(List<StatusEntry> entries, Notice notice, Signs signs, string text, MailContent mail)
    {
        var kinds = entries.ConvertAll(e => KindOf(e, signs));
        var worst = kinds.Min();
        var named = notice.Recipients();
        var recipients = new List<ReportedRecipient>();
        for (var i = 0; i < entries.Count; i++)
        {
            var entry = entries[i];
            var email = entry.Email ?? (entries.Count == 1 && named.Count == 1 ? named[0].Email : null);
            if (email is null || (kinds[i] is ReportKind.Delivered && worst is not ReportKind.Delivered))
            {
                continue;
            }

            var isAlone = entries.Count == 1;
            var words = isAlone ? text : notice.WordsAbout(entry.FinalEmail ?? email);
            recipients.Add(kinds[i] is ReportKind.Delivered
                ? new ReportedRecipient(kinds[i], email, entry.FinalEmail, null, null, entry.Status, null)
                : Judge.Of(
                    kinds[i], email, entry.FinalEmail,
                    new Evidence(entry.Status, entry.Diagnostic, [words, isAlone ? Subject(mail) : ""], isAlone)));
        }

        return recipients.Count == 0
            ? null
            : new BounceReport(worst, [.. recipients.DistinctBy(r => r.Email.ToUpperInvariant())], new OriginalMessage());
    }

    private static ReportKind KindOf(StatusEntry entry, Signs signs) => entry.Action switch
    {
        "delivered" or "relayed" or "expanded" => ReportKind.Delivered,
        "delayed" => ReportKind.Delay,
        "failed" => ReportKind.Bounce,
        _ when entry.Status is { } status && status[0] == '2' => ReportKind.Delivered,
        _ => signs.IsDelay ? ReportKind.Delay : ReportKind.Bounce,
    };

    private static BounceReport FromWords(Notice notice, Signs signs, string text, MailContent mail)
    {
        var isDelay = signs.IsDelayReport;
        if ((!isDelay && !signs.IsFailure) || signs.IsAnswerOfAPerson)
        {
            var isAnswer = signs.IsAutoReply || signs.IsChallenge;
            return new BounceReport(isAnswer ? ReportKind.AutoReply : ReportKind.None, [], new OriginalMessage());
        }

        var kind = isDelay ? ReportKind.Delay : ReportKind.Bounce;
        var failed = Addresses.Distinct(Addresses.In(mail.Headers, "X-Failed-Recipients"));
        var named = failed.Exists(notice.Mentions) || (failed.Count > 0 && !notice.NamesRecipients)
            ? failed.ConvertAll(f => new NamedRecipient(f, failed.Count == 1 ? text : notice.WordsAbout(f)))
            : notice.Recipients();
        if (named.Count == 0 && !signs.IsFromDaemon)
        {
            return new BounceReport(ReportKind.None, [], new OriginalMessage());
        }


        // The subject is about one of several, and nobody knows which.
        string[] rest = named.Count == 1 ? [text, Subject(mail)] : [notice.Common()];
        var recipients = named.Select(n => Judge.Of(
            kind, n.Email, null, new Evidence(null, null, [n.Words, .. rest], named.Count == 1)));
        return new BounceReport(kind, [.. recipients], new OriginalMessage());
    }

    private static string Subject(MailContent mail) => mail.Headers.First("Subject") ?? "";

    private static IEnumerable<string> OwnAddresses(MailContent mail) =>
        Addresses.In(
            mail.Headers, "From", "Sender", "To", "Delivered-To", "X-Original-To", "Envelope-To", "Reply-To", "Return-Path", "Cc")
            .Concat(Addresses.In(mail.Original, "From", "Sender", "Return-Path", "Reply-To", "Errors-To"));
}
