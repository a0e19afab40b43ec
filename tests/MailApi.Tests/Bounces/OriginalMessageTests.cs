using System.Text;
using MailApi.Core.Bounces.Reports;

namespace MailApi.Tests.Bounces;

/// <summary>What a report says of the message it is about.</summary>
public sealed class OriginalMessageTests
{
    private const string Header = """
        Return-Path: <b.123.abc@bounces.acme.example>
        Received: from app by relay.example; Mon, 2 Nov 2026 10:00:00 +0000
        From: Shop <shop@acme.example>
        To: Ann <ann@example.net>, bob@example.net
        Subject: Your order
        Message-ID: <order-1@acme.example>
        X-Order: 7
        X-Order: 8
        """;

    private static readonly string Status = $"""
        Delivered-To: b.123.abc@bounces.acme.example
        From: MAILER-DAEMON@relay.example
        To: b.123.abc@bounces.acme.example
        References: <thread@acme.example>
        In-Reply-To: <order-1@acme.example>
        Subject: Undelivered Mail
        MIME-Version: 1.0
        Content-Type: multipart/report; report-type=delivery-status; boundary="b"

        --b
        Content-Type: message/delivery-status

        Reporting-MTA: dns; relay.example
        Original-Envelope-Id: msg+2B1+3Dx

        Final-Recipient: rfc822; ann@example.net
        Action: failed
        Status: 5.1.1

        --b
        Content-Type: text/rfc822-headers

        {Header}

        --b--
        """;

    [Fact]
    public void Is_told_by_headers_and_status()
    {
        var original = Read(Status).Original;

        Assert.Equal("order-1@acme.example", original.MessageId);
        Assert.Equal(["order-1@acme.example", "thread@acme.example"], original.References);
        Assert.Equal("b.123.abc@bounces.acme.example", original.EnvelopeSender);
        Assert.Equal("msg+1=x", original.EnvelopeId);
        Assert.Equal(["b.123.abc@bounces.acme.example"], original.ReportSentTo);
        Assert.Equal(["ann@example.net", "bob@example.net"], original.Recipients);
        Assert.Equal("7", original.Headers["x-order"]);
    }

    [Fact]
    public void Is_told_by_a_header_in_the_text()
    {
        var text = $"""
            From: MAILER-DAEMON@relay.example
            To: b.123.abc@bounces.acme.example
            Subject: failure notice

            I could not deliver your message to the following addresses.

            <ann@example.net>:
            no such user

            --- Below this line is a copy of the message.

            {Header}

            Hello
            """;

        var report = Read(text);

        Assert.Equal("ann@example.net", Assert.Single(report.Recipients).Email);
        Assert.Equal("order-1@acme.example", report.Original.MessageId);
        Assert.Equal("7", report.Original.Headers["X-Order"]);
    }

    [Fact]
    public void Of_ordinary_mail_only_what_it_answers_is_known()
    {
        var original = Read("From: ann@example.net\nTo: shop@acme.example\nIn-Reply-To: <order-1@acme.example>\n\nThank you").Original;

        Assert.Null(original.MessageId);
        Assert.Equal(["order-1@acme.example"], original.References);
        Assert.Equal(["shop@acme.example"], original.ReportSentTo);
    }

    private static BounceReport Read(string mail) => ReportReader.Read(Encoding.UTF8.GetBytes(mail));
}
