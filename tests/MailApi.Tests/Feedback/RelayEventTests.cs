using System.Text.Json;
using MailApi.Core.Bounces.Reports;
using MailApi.Core.Domain;
using MailApi.Core.Feedback;
using MailApi.Core.Feedback.Relays;

namespace MailApi.Tests.Feedback;

/// <summary>What relays post, written by their documentation, and what it means here.</summary>
public sealed class RelayEventTests
{
    private const string Ann = "ann@example.net";
    private const string MessageId = "<01jd9zt6x7f8k9m2n3p4q5r6s7.0123456789abcdef@acme.example>";

    [Theory]
    [InlineData("Permanent", "General", "smtp; 550 5.1.1 user unknown", BounceClass.Hard, BounceCategory.InvalidRecipient, 550)]
    [InlineData("Permanent", "NoEmail", null, BounceClass.Hard, BounceCategory.InvalidRecipient, null)]
    [InlineData("Permanent", "Suppressed", "Amazon SES has suppressed sending to this address", BounceClass.Block, BounceCategory.Policy, null)]
    [InlineData("Permanent", "OnAccountSuppressionList", null, BounceClass.Block, BounceCategory.Policy, null)]
    [InlineData("Transient", "MailboxFull", null, BounceClass.Soft, BounceCategory.MailboxFull, null)]
    [InlineData("Transient", "General", "smtp; 550 5.7.1 message rejected as spam", BounceClass.Block, BounceCategory.Spam, 550)]
    [InlineData("Transient", "MessageTooLarge", null, BounceClass.Block, BounceCategory.TooLarge, null)]
    [InlineData("Transient", "General", null, BounceClass.Soft, BounceCategory.Other, null)]
    [InlineData("Undetermined", "Undetermined", null, BounceClass.Undetermined, BounceCategory.Other, null)]
    public void Ses_tells_of_bounces(
        string type, string subType, string? diagnostic, BounceClass @class, BounceCategory category, int? code)
    {
        var recipient = new Dictionary<string, string?> { ["emailAddress"] = Ann, ["action"] = "failed", ["diagnosticCode"] = diagnostic };
        var notice = Assert.Single(Ses("notificationType", "Bounce", "bounce", new
        {
            bounceType = type,
            bounceSubType = subType,
            bouncedRecipients = new[] { recipient },
        }));
        AssertNews(notice, ReportKind.Bounce, new Bounce(@class, category), code);
        Assert.Contains(MessageId, notice.Identifiers);
        Assert.Contains("b+sealed@returns.example", notice.Identifiers);
    }

    [Fact]
    public void Ses_tells_of_complaints_delays_and_deliveries()
    {
        var complained = new[] { new { emailAddress = Ann } };
        var complaint = Ses("eventType", "Complaint", "complaint", new { complainedRecipients = complained, complaintFeedbackType = "abuse" });
        AssertNews(Assert.Single(complaint), ReportKind.Complaint, null, null);
        Assert.Empty(Ses("eventType", "Complaint", "complaint", new { complainedRecipients = complained, complaintFeedbackType = "not-spam" }));
        var refused = Ses("eventType", "Complaint", "complaint", new
        {
            complainedRecipients = complained,
            complaintSubType = "OnAccountSuppressionList",
        });
        AssertNews(Assert.Single(refused), ReportKind.Bounce, new Bounce(BounceClass.Block, BounceCategory.Policy), null);

        var delayed = Ses("eventType", "DeliveryDelay", "deliveryDelay", new
        {
            delayType = "MailboxFull",
            delayedRecipients = new[] { new { emailAddress = Ann, status = "4.2.2", diagnosticCode = "smtp; 452 4.2.2 mailbox full" } },
        });
        AssertNews(Assert.Single(delayed), ReportKind.Delay, new Bounce(BounceClass.Soft, BounceCategory.MailboxFull), 452);
        var delivered = Ses("eventType", "Delivery", "delivery", new { recipients = new[] { Ann }, smtpResponse = "250 ok" });
        AssertNews(Assert.Single(delivered), ReportKind.Delivered, null, null);
        Assert.Empty(Ses("eventType", "Open", "open", new { ipAddress = "192.0.2.1" }));
    }

    [Theory]
    [InlineData("""{"event":"bounce","type":"bounce","reason":"550 5.1.1 user unknown","status":"5.1.1"}""",
        ReportKind.Bounce, BounceClass.Hard, BounceCategory.InvalidRecipient, 550)]
    [InlineData("""{"event":"bounce","type":"blocked","reason":"550 5.7.1 rejected as spam","status":"5.7.1"}""",
        ReportKind.Bounce, BounceClass.Block, BounceCategory.Spam, 550)]
    [InlineData("""{"event":"bounce","type":"blocked","reason":"unable to get mx info","bounce_classification":"Unclassified"}""",
        ReportKind.Bounce, BounceClass.Block, BounceCategory.Other, null)]
    [InlineData("""{"event":"bounce","type":"bounce","reason":"it did not work","bounce_classification":"Invalid Address"}""",
        ReportKind.Bounce, BounceClass.Hard, BounceCategory.InvalidRecipient, null)]
    [InlineData("""{"event":"dropped","reason":"Bounced Address"}""", ReportKind.Bounce, BounceClass.Block, BounceCategory.Policy, null)]
    [InlineData("""{"event":"deferred","response":"452 4.2.2 mailbox full","attempt":"3"}""",
        ReportKind.Delay, BounceClass.Soft, BounceCategory.MailboxFull, 452)]
    public void SendGrid_tells_of_refusals(string json, ReportKind kind, BounceClass @class, BounceCategory category, int? code)
    {
        var item = json.Insert(1, $"\"email\":\"{Ann}\",\"smtp-id\":\"{MessageId}\",\"sg_message_id\":\"theirs\",");
        var notice = Assert.Single(SendGridEvents.Read(Json($"[{item}]")));
        AssertNews(notice, kind, new Bounce(@class, category), code);
        Assert.Equal([MessageId], notice.Identifiers);
    }

    [Fact]
    public void SendGrid_tells_many_things_at_once()
    {
        var notices = SendGridEvents.Read(Json("""
            [{"event":"processed","email":"a@example.net"},{"event":"delivered","email":"b@example.net","response":"250 OK"},
             {"event":"spamreport","email":"c@example.net"},{"event":"open","email":"c@example.net"},7,{"event":"bounce"}]
            """));
        Assert.Equal([ReportKind.Delivered, ReportKind.Complaint], notices.Select(n => n.Kind));
    }

    [Theory]
    [InlineData("""{"event":"failed","severity":"permanent","reason":"bounce","delivery-status":{"code":550,"message":"5.1.1 user unknown"}}""",
        ReportKind.Bounce, BounceClass.Hard, BounceCategory.InvalidRecipient, 550)]
    [InlineData("""
        {"event":"failed","severity":"permanent","reason":"generic",
         "delivery-status":{"code":552,"enhanced-code":"5.2.2","message":"the mailbox is full"}}
        """, ReportKind.Bounce, BounceClass.Soft, BounceCategory.MailboxFull, 552)]
    [InlineData("""{"event":"failed","severity":"permanent","reason":"suppress-bounce","delivery-status":{"code":605,"message":""}}""",
        ReportKind.Bounce, BounceClass.Block, BounceCategory.Policy, null)]
    [InlineData("""{"event":"failed","severity":"permanent","reason":"old","delivery-status":{"code":602,"message":"Too old"}}""",
        ReportKind.Bounce, BounceClass.Soft, BounceCategory.Expired, null)]
    [InlineData("""{"event":"failed","severity":"temporary","reason":"generic","delivery-status":{"code":451,"message":"4.7.1 greylisted"}}""",
        ReportKind.Delay, BounceClass.Soft, BounceCategory.Greylisted, 451)]
    public void Mailgun_tells_of_failures(string json, ReportKind kind, BounceClass @class, BounceCategory category, int? code)
    {
        var data = json.Trim().Insert(
            1,
            $$$"""
            "recipient":"{{{Ann}}}","message":{"headers":{"message-id":"{{{MessageId.Trim('<', '>')}}}"}},"user-variables":{"our":"sealed"},
            """);
        var notice = Assert.Single(MailgunEvents.Read(Json($"{{\"signature\":{{}},\"event-data\":{data}}}")));
        AssertNews(notice, kind, new Bounce(@class, category), code);
        Assert.Equal([MessageId.Trim('<', '>'), "sealed"], notice.Identifiers);
    }

    [Theory]
    [InlineData("complained", ReportKind.Complaint)]
    [InlineData("delivered", ReportKind.Delivered)]
    public void Mailgun_tells_of_the_rest(string name, ReportKind kind) => AssertNews(
        Assert.Single(MailgunEvents.Read(Json(
            $$$"""{"event-data":{"event":"{{{name}}}","recipient":"{{{Ann}}}"}}"""))), kind, null, null);

    [Theory]
    [InlineData("HardBounce", "smtp;550 5.1.1 user unknown", ReportKind.Bounce, BounceClass.Hard, BounceCategory.InvalidRecipient, 550)]
    [InlineData("HardBounce", "it did not work", ReportKind.Bounce, BounceClass.Hard, BounceCategory.InvalidRecipient, null)]
    [InlineData("SoftBounce", "smtp;552 5.2.2 mailbox full", ReportKind.Bounce, BounceClass.Soft, BounceCategory.MailboxFull, 552)]
    [InlineData("SpamNotification", "no", ReportKind.Bounce, BounceClass.Block, BounceCategory.Spam, null)]
    [InlineData("DMARCPolicy", "no", ReportKind.Bounce, BounceClass.Block, BounceCategory.Authentication, null)]
    [InlineData("Blocked", "no", ReportKind.Bounce, BounceClass.Block, BounceCategory.Policy, null)]
    [InlineData("ManuallyDeactivated", "You asked for it", ReportKind.Bounce, BounceClass.Block, BounceCategory.Policy, null)]
    [InlineData("Transient", "smtp;451 4.7.1 greylisted", ReportKind.Delay, BounceClass.Soft, BounceCategory.Greylisted, 451)]
    public void Postmark_tells_of_bounces(
        string type, string details, ReportKind kind, BounceClass @class, BounceCategory category, int? code)
    {
        var notice = Assert.Single(PostmarkEvents.Read(JsonSerializer.SerializeToElement(new
        {
            RecordType = "Bounce",
            Type = type,
            Email = Ann,
            Details = details,
            MessageID = "theirs",
            Metadata = new { message = "sealed" },
            Content = $"From: MAILER-DAEMON@mx.example.net\r\nSubject: Undelivered\r\n\r\nIt failed.\r\n\r\nMessage-ID: {MessageId}\r\nTo: {Ann}\r\n",
        })));
        AssertNews(notice, kind, new Bounce(@class, category), code);
        Assert.Contains("sealed", notice.Identifiers);
        Assert.DoesNotContain("theirs", notice.Identifiers);
    }

    [Fact]
    public void Postmark_tells_of_the_rest()
    {
        AssertNews(Assert.Single(PostmarkEvents.Read(Json(
            $$"""{"RecordType":"SpamComplaint","Type":"SpamComplaint","Email":"{{Ann}}"}"""))), ReportKind.Complaint, null, null);
        AssertNews(Assert.Single(PostmarkEvents.Read(Json(
            $$"""{"RecordType":"Delivery","Recipient":"{{Ann}}"}"""))), ReportKind.Delivered, null, null);
        Assert.Empty(PostmarkEvents.Read(Json($$"""{"RecordType":"Bounce","Type":"AutoResponder","Email":"{{Ann}}"}""")));
        Assert.Empty(PostmarkEvents.Read(Json($$"""{"RecordType":"Open","Recipient":"{{Ann}}"}""")));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("7")]
    [InlineData("[]")]
    [InlineData("[[],{},null]")]
    [InlineData("""{"notificationType":"Bounce","bounce":[]}""")]
    [InlineData("""{"notificationType":"Bounce","bounce":{"bouncedRecipients":[7,{"emailAddress":null}]}}""")]
    [InlineData("""{"event-data":{"event":"failed","recipient":7}}""")]
    [InlineData("""{"event-data":7}""")]
    [InlineData("""{"RecordType":["Bounce"],"Email":{}}""")]
    public void What_makes_no_sense_is_no_news(string json)
    {
        var root = Json(json);
        RelayNotice[] notices =
            [.. SesEvents.Read(root), .. SendGridEvents.Read(root), .. MailgunEvents.Read(root), .. PostmarkEvents.Read(root)];
        Assert.Empty(notices);
    }

    private static void AssertNews(RelayNotice notice, ReportKind kind, Bounce? verdict, int? code)
    {
        Assert.Equal(kind, notice.Kind);
        var recipient = Assert.Single(notice.Recipients);
        Assert.Equal((Ann, verdict, code), (recipient.Email, recipient.Verdict, recipient.Code));
    }

    private static IReadOnlyList<RelayNotice> Ses(string key, string kind, string part, object told) =>
        SesEvents.Read(JsonSerializer.SerializeToElement(new Dictionary<string, object>
        {
            [key] = kind,
            [part] = told,
            ["mail"] = new
            {
                messageId = "theirs",
                source = "b+sealed@returns.example",
                headers = new[] { new { name = "From", value = "x" }, new { name = "Message-ID", value = MessageId } },
            },
        }));

    private static JsonElement Json(string text)
    {
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }
}
