using System.Text;
using System.Text.Json;
using MailApi.Core.Bounces.Reports;
using MailApi.Core.Domain;

namespace MailApi.Core.Feedback.Relays;

/// <summary>
/// The webhooks of Postmark, one record each. Their MessageID is Postmark's own; ours is in the metadata that was given
/// with the message, or in the bounce itself when the webhook is set to include its content.
/// </summary>
public static class PostmarkEvents
{
    public static IReadOnlyList<RelayNotice> Read(JsonElement root)
    {
        (ReportKind Kind, NoticedRecipient Recipient)? news = root.Text("RecordType") switch
        {
            "Bounce" when root.Text("Email") is { } email => Bounced(root, email),
            "SpamComplaint" when root.Text("Email") is { } email => (ReportKind.Complaint, NoticedReply.Plain(email)),
            "Delivery" when root.Text("Recipient") is { } email => (ReportKind.Delivered, NoticedReply.Plain(email)),
            _ => null,
        };
        return news is { } found ? [new RelayNotice(found.Kind, [found.Recipient], Identifiers(root))] : [];
    }

    private static (ReportKind Kind, NoticedRecipient Recipient)? Bounced(JsonElement root, string email)
    {
        var words = root.Text("Details") ?? root.Text("Description");
        if (root.Text("Type") is "ManuallyDeactivated" or "Unconfirmed")
        {
            return (ReportKind.Bounce, NoticedReply.NotSent(email, words));
        }

        (ReportKind Kind, BounceClass Class, BounceCategory Category)? type = root.Text("Type") switch
        {
            "HardBounce" or "BadEmailAddress" => (ReportKind.Bounce, BounceClass.Hard, BounceCategory.InvalidRecipient),
            "SoftBounce" => (ReportKind.Bounce, BounceClass.Soft, BounceCategory.Other),
            "DnsError" => (ReportKind.Bounce, BounceClass.Soft, BounceCategory.InvalidDomain),
            "Blocked" or "VirusNotification" => (ReportKind.Bounce, BounceClass.Block, BounceCategory.Policy),
            "SpamNotification" => (ReportKind.Bounce, BounceClass.Block, BounceCategory.Spam),
            "DMARCPolicy" => (ReportKind.Bounce, BounceClass.Block, BounceCategory.Authentication),
            "Transient" => (ReportKind.Delay, BounceClass.Soft, BounceCategory.Other),
            "Unknown" => (ReportKind.Bounce, BounceClass.Undetermined, BounceCategory.Other),
            _ => null,
        };
        return type is { } t
            ? (t.Kind, NoticedReply.Of(email, words, null, new Bounce(t.Class, t.Category)))
            : null;
    }

    private static List<string> Identifiers(JsonElement root)
    {
        List<string?> found = [.. root.Values("Metadata")];
        if (root.Text("Content") is { } content)
        {
            var original = ReportReader.Read(Encoding.UTF8.GetBytes(content)).Original;
            found.AddRange([.. original.ReportSentTo, original.EnvelopeSender, original.MessageId, .. original.References]);
        }

        return [.. found.OfType<string>()];
    }
}
