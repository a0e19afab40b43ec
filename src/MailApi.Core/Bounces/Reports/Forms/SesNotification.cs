using System.Text.Json;
using MailApi.Core.Bounces.Replies;
using MailApi.Core.Bounces.Reports.Wording;

namespace MailApi.Core.Bounces.Reports.Forms;

/// <summary>
/// A notification of Amazon SES in JSON, which SNS can send by mail: bare, or inside the envelope of SNS.
/// </summary>
internal static class SesNotification
{
    public static BounceReport? Read(string text)
    {
        var start = text.IndexOf('{', StringComparison.Ordinal);
        if (start < 0 || start > 200 || !text.Contains("notificationType", StringComparison.Ordinal))
        {
            return null;
        }

        // Mail broke the lines of a document that has none.
        var end = text.LastIndexOf('}');
        var json = text[start..(end + 1)].Replace("\n", "", StringComparison.Ordinal);
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 16 });
            if (document.RootElement.ValueKind is not JsonValueKind.Object)
            {
                return null;
            }

            if (document.RootElement.TryGetProperty("Message", out var message) && message.ValueKind is JsonValueKind.String)
            {
                using var inner = JsonDocument.Parse(message.GetString()!, new JsonDocumentOptions { MaxDepth = 16 });
                return Of(inner.RootElement);
            }

            return Of(document.RootElement);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static BounceReport? Of(JsonElement root)
    {
        var original = new OriginalMessage { EnvelopeSender = Text(root, "mail", "source") };
        return Text(root, "notificationType") switch
        {
            "Bounce" => new(ReportKind.Bounce, Recipients(root, "bounce", "bouncedRecipients", Bounced), original),
            "Complaint" => new(ReportKind.Complaint, Recipients(root, "complaint", "complainedRecipients", Complained), original),
            "Delivery" => new(ReportKind.Delivered, Recipients(root, "delivery", "recipients", Delivered), original),
            _ => null,
        };
    }

    private static List<ReportedRecipient> Recipients(
        JsonElement root, string part, string list, Func<JsonElement, string?, ReportedRecipient?> read)
    {
        var found = new List<ReportedRecipient>();
        if (root.TryGetProperty(part, out var body) && body.ValueKind is JsonValueKind.Object
            && body.TryGetProperty(list, out var items) && items.ValueKind is JsonValueKind.Array)
        {
            foreach (var item in items.EnumerateArray().Take(ReportReader.MaxRecipients))
            {
                if (read(item, Text(body, "bounceType")) is { } recipient)
                {
                    found.Add(recipient);
                }
            }
        }

        return found;
    }

    private static ReportedRecipient? Bounced(JsonElement item, string? type)
    {
        if (Text(item, "emailAddress") is not { } email)
        {
            return null;
        }

        var status = Text(item, "status") ?? (type == "Transient" ? "4.0.0" : "5.0.0");
        var diagnostic = Text(item, "diagnosticCode");
        var evidence = new Evidence(
            EnhancedStatusCode.TryFind(status, out var code) ? code : null,
            diagnostic?[(diagnostic.IndexOf(';', StringComparison.Ordinal) + 1)..].Trim(), []);
        return Judge.Of(ReportKind.Bounce, email, null, evidence);
    }

    private static ReportedRecipient? Complained(JsonElement item, string? type) => Text(item, "emailAddress") is { } email
        ? new ReportedRecipient(ReportKind.Complaint, email, null, null, null, null, null)
        : null;

    private static ReportedRecipient? Delivered(JsonElement item, string? type) => item.ValueKind is JsonValueKind.String
        ? new ReportedRecipient(ReportKind.Delivered, item.GetString()!, null, null, null, null, null)
        : null;

    private static string? Text(JsonElement element, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            if (element.ValueKind is not JsonValueKind.Object || !element.TryGetProperty(name, out element))
            {
                return null;
            }
        }

        return element.ValueKind is JsonValueKind.String ? element.GetString() : null;
    }
}
