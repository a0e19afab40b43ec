using System.Text.Json;
using MailApi.Core.Bounces.Reports;
using MailApi.Core.Domain;

namespace MailApi.Core.Feedback.Relays;

/// <summary>The webhooks of Mailgun, one event each. Our Message-ID is among the message's headers.</summary>
public static class MailgunEvents
{
    public static IReadOnlyList<RelayNotice> Read(JsonElement root)
    {
        if (root.Find("event-data") is not { } data || data.Text("recipient") is not { } email)
        {
            return [];
        }

        (ReportKind Kind, NoticedRecipient Recipient)? news = data.Text("event") switch
        {
            "failed" when data.Text("severity") == "temporary" => (ReportKind.Delay, Refused(
                data, email, new Bounce(BounceClass.Soft, BounceCategory.Other))),
            "failed" when data.Text("reason") is { } reason && reason.StartsWith("suppress-", StringComparison.Ordinal) =>
                (ReportKind.Bounce, NoticedReply.NotSent(email, Words(data) ?? reason)),
            "failed" => (ReportKind.Bounce, Refused(data, email, Verdict(data))),
            "rejected" => (ReportKind.Bounce, NoticedReply.NotSent(email, data.Text("reject", "reason"))),
            "delivered" => (ReportKind.Delivered, NoticedReply.Plain(email)),
            "complained" => (ReportKind.Complaint, NoticedReply.Plain(email)),
            _ => null,
        };
        return news is { } found ? [new RelayNotice(found.Kind, [found.Recipient], Identifiers(data))] : [];
    }

    private static Bounce Verdict(JsonElement data) => data.Text("reason") switch
    {
        "bounce" => new(BounceClass.Hard, BounceCategory.InvalidRecipient),
        "espblock" => new(BounceClass.Block, BounceCategory.Reputation),
        "old" => new(BounceClass.Soft, BounceCategory.Expired),
        _ => new(BounceClass.Undetermined, BounceCategory.Other),
    };

    /// <summary>The reply comes in pieces: code, enhanced code and words, which may repeat both.</summary>
    private static NoticedRecipient Refused(JsonElement data, string email, Bounce otherwise)
    {
        var words = Words(data) ?? "";
        var code = data.Number("delivery-status", "code");
        var enhanced = data.Text("delivery-status", "enhanced-code");
        if (enhanced is not null && !words.Contains(enhanced, StringComparison.Ordinal))
        {
            words = $"{enhanced} {words}";
        }

        if (code is >= 400 and <= 599 && !words.StartsWith($"{code}", StringComparison.Ordinal))
        {
            words = $"{code} {words}";
        }

        return NoticedReply.Of(email, words, enhanced, otherwise);
    }

    private static string? Words(JsonElement data) =>
        data.Text("delivery-status", "message") ?? data.Text("delivery-status", "description");

    private static List<string> Identifiers(JsonElement data) =>
        [.. new[] { data.Text("message", "headers", "message-id") }.OfType<string>(), .. data.Values("user-variables")];
}
