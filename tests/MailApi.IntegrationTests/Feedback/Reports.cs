namespace MailApi.IntegrationTests.Feedback;

/// <summary>Writes reports the way servers do.</summary>
internal static class Reports
{
    /// <summary>A delivery status (RFC 3464) on one recipient, with the header of the message.</summary>
    public static string Status(
        string to, string messageId, string recipient, string action = "failed", string reply = "550 5.1.1 no such user here",
        string? originalRecipient = null) =>
        $"""
        From: Mail Delivery System <MAILER-DAEMON@mx.example.net>
        To: {to}
        Subject: Undelivered Mail Returned to Sender
        Auto-Submitted: auto-replied
        MIME-Version: 1.0
        Content-Type: multipart/report; report-type=delivery-status; boundary="b"

        --b
        Content-Type: text/plain

        Your message could not be delivered.

        --b
        Content-Type: message/delivery-status

        Reporting-MTA: dns; mx.example.net

        {(originalRecipient is null ? "" : $"Original-Recipient: rfc822; {originalRecipient}\n")}Final-Recipient: rfc822; {recipient}
        Action: {action}
        Status: {reply.Split(' ')[1]}
        Diagnostic-Code: smtp; {reply}

        --b
        Content-Type: text/rfc822-headers

        From: hello@acme.example
        To: {recipient}
        Subject: Hello
        Message-ID: <{messageId}>

        --b--
        """.ReplaceLineEndings("\r\n");

    /// <summary>A complaint (RFC 5965) whose receiver keeps the recipient to itself.</summary>
    public static string Complaint(string messageId, string recipient = "redacted@example.net", string type = "abuse") =>
        $"""
        From: <fbl@example.net>
        To: abuse@acme.example
        Subject: Abuse report
        MIME-Version: 1.0
        Content-Type: multipart/report; report-type=feedback-report; boundary="b"

        --b
        Content-Type: text/plain

        This is an email abuse report.

        --b
        Content-Type: message/feedback-report

        Feedback-Type: {type}
        User-Agent: example/1.0
        Version: 1

        --b
        Content-Type: message/rfc822

        From: hello@acme.example
        To: {recipient}
        Subject: Hello
        Message-ID: <{messageId}>

        Hi there

        --b--
        """.ReplaceLineEndings("\r\n");
}
