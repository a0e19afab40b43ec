using System.Text.Json;
using MailApi.Core.Bounces.Reports;
using MailApi.Core.Domain;

namespace MailApi.Core.Feedback.Relays;

/// <summary>The event webhook of Twilio SendGrid: a list of events. Our Message-ID is <c>smtp-id</c>.</summary>
public static class SendGridEvents
{
    public static IReadOnlyList<RelayNotice> Read(JsonElement root) => root.ValueKind is JsonValueKind.Array
        ? [.. root.EnumerateArray().Take(NoticeFields.MaxItems).Select(Of).OfType<RelayNotice>()]
        : [];

    private static RelayNotice? Of(JsonElement item)
    {
        if (item.Text("email") is not { } email)
        {
            return null;
        }

        var words = item.Text("reason") ?? item.Text("response");
        (ReportKind Kind, NoticedRecipient Recipient)? news = item.Text("event") switch
        {
            "bounce" => (ReportKind.Bounce, NoticedReply.Of(email, words, item.Text("status"), Verdict(item))),
            "deferred" => (ReportKind.Delay, NoticedReply.Of(
                email, words, item.Text("status"), new Bounce(BounceClass.Soft, BounceCategory.Other))),
            "dropped" => (ReportKind.Bounce, NoticedReply.NotSent(email, words)),
            "delivered" => (ReportKind.Delivered, NoticedReply.Plain(email)),
            "spamreport" => (ReportKind.Complaint, NoticedReply.Plain(email)),
            _ => null,
        };
        return news is { } found ? new RelayNotice(found.Kind, [found.Recipient], Identifiers(item)) : null;
    }

    private static Bounce Verdict(JsonElement item) => item.Text("bounce_classification") switch
    {
        "Invalid Address" => new(BounceClass.Hard, BounceCategory.InvalidRecipient),
        "Content" => new(BounceClass.Block, BounceCategory.Spam),
        "Reputation" => new(BounceClass.Block, BounceCategory.Reputation),
        "Frequency or Volume Too High" => new(BounceClass.Soft, BounceCategory.RateLimited),
        "Mailbox Unavailable" => new(BounceClass.Soft, BounceCategory.MailboxFull),
        "Technical Failure" => new(BounceClass.Soft, BounceCategory.Infrastructure),
        _ => new(item.Text("type") == "blocked" ? BounceClass.Block : BounceClass.Undetermined, BounceCategory.Other),
    };

    private static List<string> Identifiers(JsonElement item) =>
        item.Text("smtp-id") is { } id ? [id] : [];
}
