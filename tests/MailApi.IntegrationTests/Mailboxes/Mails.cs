namespace MailApi.IntegrationTests.Mailboxes;

/// <summary>What arrives in a mailbox for reports.</summary>
internal static class Mails
{
    public static string Ordinary { get; } = Lines(
        "From: Ann <ann@example.net>", "To: bounces@acme.example", "Subject: Lunch", "", "Shall we say one o'clock?");

    public static string AutoReply { get; } = Lines(
        "From: Ann <ann@example.net>", "To: bounces@acme.example", "Subject: Out of office",
        "Auto-Submitted: auto-replied", "", "I am away until Monday.");

    /// <summary>A report of a dead address (RFC 3464), about the message with this Message-ID.</summary>
    public static string Bounce(string messageId = "<somebody-elses@example.org>", string recipient = "ann@example.net") => Lines(
        "From: MAILER-DAEMON@mx.example.net", "To: bounces@acme.example", "Subject: Undelivered Mail Returned to Sender",
        "Auto-Submitted: auto-replied", "MIME-Version: 1.0",
        "Content-Type: multipart/report; report-type=delivery-status; boundary=\"b\"", "",
        "--b", "Content-Type: text/plain", "", $"<{recipient}>: host mx.example.net said: 550 5.1.1 user unknown", "",
        "--b", "Content-Type: message/delivery-status", "", "Reporting-MTA: dns; mx.example.net", "",
        $"Final-Recipient: rfc822; {recipient}", "Action: failed", "Status: 5.1.1",
        "Diagnostic-Code: smtp; 550 5.1.1 user unknown", "",
        "--b", "Content-Type: text/rfc822-headers", "", $"Message-ID: {messageId}", $"To: {recipient}", "Subject: Hello", "",
        "--b--", "");

    /// <summary>So many octets of text to stand behind a mail.</summary>
    public static string Padding(int size) => string.Concat(Enumerable.Repeat(new string('x', 62) + "\r\n", size / 64));

    private static string Lines(params string[] lines) => string.Join("\r\n", lines) + "\r\n";
}
