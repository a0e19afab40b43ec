using MimeKit.Utils;

namespace MailApi.Core.Bounces.Reports;

/// <summary>Collects what a report says of the message it is about.</summary>
internal static class OriginalReader
{
    private const int MaxHeaders = 50;
    private const int MaxReferences = 20;

    public static OriginalMessage Of(MailContent mail)
    {
        var original = mail.Original;
        return new OriginalMessage
        {
            MessageId = Ids(original?.First("Message-ID")).FirstOrDefault(),
            References = [.. References(mail.Headers).Distinct().Take(MaxReferences)],
            EnvelopeSender = Addresses.In(original, "Return-Path", "X-Envelope-From", "X-Postfix-Sender").FirstOrDefault(),
            ReportSentTo = Addresses.Distinct(Addresses.In(
                mail.Headers, "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "To")),
            Recipients = Addresses.Recipients(original),
            Headers = (original?.Entries ?? [])
                .Where(e => e.Key.StartsWith("X-", StringComparison.OrdinalIgnoreCase))
                .DistinctBy(e => e.Key, StringComparer.OrdinalIgnoreCase).Take(MaxHeaders)
                .ToDictionary(e => e.Key, e => e.Value, StringComparer.OrdinalIgnoreCase),
        };
    }

    private static IEnumerable<string> References(Fields headers) =>
        Ids(headers.First("In-Reply-To")).Concat(Ids(headers.First("References")));

    private static IEnumerable<string> Ids(string? value) => value is null ? [] : MimeUtils.EnumerateReferences(value);
}
