using MailApi.Core.Domain;

namespace MailApi.Core.Bounces.Reports.Forms;

/// <summary>Reads a complaint (RFC 5965), with the recipient where the report or the returned header still names one.</summary>
internal static class FeedbackReport
{
    private static readonly string[] RecipientFields = ["Original-Rcpt-To", "Removal-Recipient", "Redacted-Address"];

    /// <summary>Null when the mail is no feedback, or feedback that praises: "not spam".</summary>
    public static BounceReport? Read(MailContent mail, OriginalMessage original)
    {
        var fields = mail.Feedback.SelectMany(Fields.ParseGroups).ToList();
        var type = fields.Select(f => f.First("Feedback-Type")).FirstOrDefault(t => t is not null)?.ToLowerInvariant();
        if ((fields.Count == 0 && !IsComplaintInWords(mail)) || type is "not-spam")
        {
            return null;
        }

        // A failure of DMARC or SPF (RFC 6591) travels in the same form, but no recipient complained.
        var verdict = type is "auth-failure" ? new Bounce(BounceClass.Block, BounceCategory.Authentication) : (Bounce?)null;
        var recipients = Recipients(fields, mail)
            .Select(r => new ReportedRecipient(ReportKind.Complaint, r, null, verdict, null, null, type));
        return new BounceReport(ReportKind.Complaint, [.. recipients], original) { Verdict = verdict };
    }

    /// <summary>Outlook.com's form: a subject, the message, and no part that a program could read.</summary>
    private static bool IsComplaintInWords(MailContent mail) =>
        mail.Original is not null
        && mail.Headers.First("Subject") is { } subject
        && subject.StartsWith("complaint about message from", StringComparison.OrdinalIgnoreCase);

    private static List<string> Recipients(List<Fields> fields, MailContent mail)
    {
        foreach (var name in RecipientFields)
        {
            var found = fields.SelectMany(f => f.All(name)).SelectMany(Addresses.In).ToList();
            if (found.Count > 0)
            {
                return Addresses.Distinct(found);
            }
        }

        return Addresses.Recipients(mail.Original);
    }
}
