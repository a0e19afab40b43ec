using MailApi.Core.Bounces.Replies;
using MailApi.Core.Domain;

namespace MailApi.Core.Smtp;

/// <summary>Turns what a server said into a recipient's result. What is our own fault never bounces anybody.</summary>
internal static class Verdict
{
    private static readonly Bounce OurTrouble = new(BounceClass.Undetermined, BounceCategory.Infrastructure);
    private static readonly Bounce ProtocolTrouble = new(BounceClass.Undetermined, BounceCategory.Protocol);

    public static RecipientResult Of(EmailAddress recipient, SmtpReply reply) => reply.Code switch
    {
        250 => new(recipient, RecipientResultKind.Delivered, reply, null, null),
        _ when IsOurTrouble(reply) => new(recipient, RecipientResultKind.Deferred, reply, OurTrouble, null),

        // We and the server do not understand each other; the recipient has no part in it.
        500 or 502 or 503 => new(recipient, RecipientResultKind.Deferred, reply, ProtocolTrouble, null),
        >= 500 and < 600 when !MeansTooManyRecipients(reply) =>
            new(recipient, RecipientResultKind.Bounced, reply, ReplyClassifier.Classify(reply), null),
        >= 400 and < 600 => new(recipient, RecipientResultKind.Deferred, reply, ReplyClassifier.Classify(reply), null),
        _ => new(recipient, RecipientResultKind.Deferred, reply, ProtocolTrouble, null),
    };

    /// <summary>No reply came.</summary>
    public static RecipientResult Lost(EmailAddress recipient, string? reason) => new(
        recipient, RecipientResultKind.Deferred, null, OurTrouble, reason ?? "The server did not answer.");

    /// <summary>Refused by us, knowing that the server would.</summary>
    public static RecipientResult Refused(EmailAddress recipient, BounceCategory category, string reason) => new(
        recipient, RecipientResultKind.Bounced, null, new Bounce(BounceClass.Block, category), reason);

    /// <summary>
    /// True for replies about our sign-in and encryption (RFC 4954 §6, RFC 3207 §4) and about the server itself (421;
    /// 521, RFC 7504).
    /// </summary>
    public static bool IsOurTrouble(SmtpReply reply) => reply.Code is 421 or 454 or 521 or 530 or 534 or 535 or 538;

    /// <summary>
    /// True when a reply to RCPT asks for another transaction (RFC 5321 §4.5.3.1.10, which also takes 552 for 452).
    /// </summary>
    public static bool MeansTooManyRecipients(SmtpReply reply) => reply switch
    {
        { EnhancedCode: "4.5.3" or "5.5.3" } => true,
        { EnhancedCode: null, Code: 452 or 552 } =>
            ReplyClassifier.Classify(reply).Category is not (BounceCategory.MailboxFull or BounceCategory.TooLarge),
        _ => false,
    };
}
