using System.Text.Json;
using MailApi.Core.Bounces.Reports;
using MailApi.Core.Domain;

namespace MailApi.Core.Feedback.Relays;

/// <summary>
/// Notifications and published events of Amazon SES, as they stand in the message of SNS. Our Message-ID is among the
/// original headers, which SES tells when it is set to include them; our return path is the source.
/// </summary>
public static class SesEvents
{
    public static IReadOnlyList<RelayNotice> Read(JsonElement root)
    {
        var (kind, recipients) = (root.Text("notificationType") ?? root.Text("eventType")) switch
        {
            "Bounce" => (ReportKind.Bounce, Recipients(root, "bounce", "bouncedRecipients", i => Bounced(root, i))),
            "Complaint" when IsRefusal(root) => (ReportKind.Bounce, Complained(
                root, email => NoticedReply.NotSent(email, SubType(root, "complaint")))),
            "Complaint" when root.Text("complaint", "complaintFeedbackType") != "not-spam" =>
                (ReportKind.Complaint, Complained(root, NoticedReply.Plain)),
            "Delivery" => (ReportKind.Delivered, Recipients(root, "delivery", "recipients", Named)),
            "DeliveryDelay" => (ReportKind.Delay, Recipients(root, "deliveryDelay", "delayedRecipients", Delayed)),
            "Reject" => (ReportKind.Bounce, Recipients(
                root, "mail", "destination",
                i => Named(i) is { } r ? NoticedReply.NotSent(r.Email, root.Text("reject", "reason")) : null)),
            _ => (ReportKind.None, []),
        };
        return recipients.Count > 0 ? [new RelayNotice(kind, recipients, Identifiers(root))] : [];
    }

    /// <summary>A complaint of long ago, for which SES did not send this time.</summary>
    private static bool IsRefusal(JsonElement root) => SubType(root, "complaint") == "OnAccountSuppressionList";

    private static List<NoticedRecipient> Recipients(
        JsonElement root, string part, string list, Func<JsonElement, NoticedRecipient?> read) =>
        [.. root.Items(part, list).Select(read).OfType<NoticedRecipient>()];

    private static List<NoticedRecipient> Complained(JsonElement root, Func<string, NoticedRecipient> read) => Recipients(
        root, "complaint", "complainedRecipients", i => Address(i) is { } email ? read(email) : null);

    private static NoticedRecipient? Bounced(JsonElement root, JsonElement item)
    {
        if (Address(item) is not { } email)
        {
            return null;
        }

        var sub = SubType(root, "bounce");
        if (sub is "Suppressed" or "OnAccountSuppressionList" or "UnsubscribedRecipient")
        {
            return NoticedReply.NotSent(email, item.Text("diagnosticCode") ?? sub);
        }

        return NoticedReply.Of(email, Words(item), item.Text("status"), (root.Text("bounce", "bounceType"), sub) switch
        {
            (_, "MailboxFull") => new Bounce(BounceClass.Soft, BounceCategory.MailboxFull),
            (_, "MessageTooLarge") => new Bounce(BounceClass.Block, BounceCategory.TooLarge),
            (_, "ContentRejected" or "AttachmentRejected") => new Bounce(BounceClass.Block, BounceCategory.Spam),
            (_, "CustomTimeoutExceeded") => new Bounce(BounceClass.Soft, BounceCategory.Expired),
            ("Permanent", _) => new Bounce(BounceClass.Hard, BounceCategory.InvalidRecipient),
            ("Transient", _) => new Bounce(BounceClass.Soft, BounceCategory.Other),
            _ => new Bounce(BounceClass.Undetermined, BounceCategory.Other),
        });
    }

    private static NoticedRecipient? Delayed(JsonElement item) => Address(item) is { } email
        ? NoticedReply.Of(email, Words(item), item.Text("status"), new Bounce(BounceClass.Soft, BounceCategory.Other))
        : null;

    private static NoticedRecipient? Named(JsonElement item) =>
        item.ValueKind is JsonValueKind.String ? NoticedReply.Plain(item.GetString()!) : null;

    private static string? Address(JsonElement item) => item.Text("emailAddress");

    private static string? SubType(JsonElement root, string part) => root.Text(part, $"{part}SubType");

    /// <summary>Without the type before it: <c>smtp; 550 …</c> (RFC 3464 §2.3.6).</summary>
    private static string? Words(JsonElement item) => item.Text("diagnosticCode") is { } code
        ? code[(code.IndexOf(';', StringComparison.Ordinal) + 1)..]
        : null;

    private static List<string> Identifiers(JsonElement root)
    {
        var headers = root.Items("mail", "headers")
            .Where(h => string.Equals(h.Text("name"), "Message-ID", StringComparison.OrdinalIgnoreCase))
            .Select(h => h.Text("value"));
        string?[] found = [.. headers, root.Text("mail", "commonHeaders", "messageId"), root.Text("mail", "source")];
        return [.. found.OfType<string>()];
    }
}
