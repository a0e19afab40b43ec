using MailApi.Core.Feedback.Mailboxes;
using MailApi.Core.Feedback.Relays;

namespace MailApi.Core.Feedback;

/// <summary>Section <c>Bounces</c>: how what comes back of messages finds them.</summary>
public sealed class BounceOptions
{
    /// <summary>
    /// The domain of the signed return path that each message gets of its own, and whose mail arrives where reports are
    /// read. Empty: messages return to their From address.
    /// </summary>
    public string ReturnPathDomain { get; set; } = "";

    /// <summary>The mailbox before the plus sign of return paths: <c>b+…@bounces.example.com</c>.</summary>
    public string ReturnPathMailbox { get; set; } = "b";

    /// <summary>
    /// What return paths and Message-IDs are signed with, at least 32 characters, the same on all nodes. Empty: a key
    /// that the first start made and keeps in the database.
    /// </summary>
    public string ReturnPathKey { get; set; } = "";

    public MailboxOptions Mailbox { get; set; } = new();

    public SesOptions Ses { get; set; } = new();

    public SendGridOptions SendGrid { get; set; } = new();

    public MailgunOptions Mailgun { get; set; } = new();

    public PostmarkOptions Postmark { get; set; } = new();
}
