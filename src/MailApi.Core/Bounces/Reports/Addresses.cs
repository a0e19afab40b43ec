namespace MailApi.Core.Bounces.Reports;

/// <summary>Mail addresses in the fields of headers.</summary>
internal static class Addresses
{
    public static IEnumerable<string> In(string? text) => text is null
        ? []
        : AddressScanner.FindAll(text).Select(a => text.Substring(a.Start, a.Length).Trim('<', '>'));

    public static IEnumerable<string> In(Fields? fields, params ReadOnlySpan<string> names)
    {
        var found = new List<string>();
        foreach (var name in names)
        {
            found.AddRange((fields?.All(name) ?? []).SelectMany(In));
        }

        return found;
    }

    /// <summary>Whom a returned message went to.</summary>
    public static List<string> Recipients(Fields? original) =>
        Distinct(In(original, "To", "Cc", "X-HmXmrOriginalRecipient", "X-Failed-Recipients", "Envelope-To", "X-Rcpt-To"));

    public static List<string> Distinct(IEnumerable<string> addresses) =>
        [.. addresses.Distinct(StringComparer.OrdinalIgnoreCase).Take(ReportReader.MaxRecipients)];
}
