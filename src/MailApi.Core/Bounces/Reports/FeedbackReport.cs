namespace MailApi.Core.Bounces.Reports;

/// <summary>Reads a complaint (RFC 5965), with the recipient where the report or the returned header still names one.</summary>
internal static class FeedbackReport
{
    /// <summary>Outlook.com's form: a subject, the message, and no part that a program could read.</summary>
    public static bool IsComplaintInWords(MailContent mail) =>
        mail.Original is not null
        && mail.Headers.First("Subject") is { } subject
        && subject.StartsWith("complaint about message from", StringComparison.OrdinalIgnoreCase);

    /// <summary>Null when the feedback is no complaint: "not spam", or a receiver's statistics.</summary>
    public static IReadOnlyList<string>? Recipients(MailContent mail)
    {
        var fields = mail.Feedback.SelectMany(Fields.ParseGroups).ToList();
        var type = fields.Select(f => f.First("Feedback-Type")).FirstOrDefault(t => t is not null);
        if (type is not null && type.StartsWith("not-spam", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        foreach (var name in (ReadOnlySpan<string>)["Original-Rcpt-To", "Removal-Recipient", "Redacted-Address"])
        {
            var found = fields.SelectMany(f => f.All(name)).SelectMany(Addresses.In).ToList();
            if (found.Count > 0)
            {
                return Addresses.Distinct(found);
            }
        }

        return Addresses.Distinct(Addresses.Recipients(mail.Original));
    }
}
