using MailApi.Core.Domain;
using static MailApi.Core.Domain.BounceCategory;
using static MailApi.Core.Domain.BounceClass;

namespace MailApi.Core.Bounces;

/// <summary>What servers say in words. Order matters: the first rule that matches decides.</summary>
internal static class ReplyRules
{
    /// <summary>Phrases that say more than any code beside them.</summary>
    public static readonly ReplyRule[] Specific =
    [
        // Many servers greylist under 4.7.1 and blocklist under the same code, so this goes first.
        new(Soft, Greylisted, "greylist", "graylist", "grey list", "grey-list", "gray list"),

        // Volume, even when the code says 5.1.1 or 5.2.1: the address took mail before and will again.
        new(Soft, RateLimited,
            "rate limit", "ratelimit", "rate-limit", "too many connections", "too many messages", "too many concurrent",
            "slow down", "throttl", "frequency limited", "at a rate that", "unexpected volume", "recipients this hour",
            "too much mail", "too many recipients", "too many rcpt", "sending limit", "hourly limit", "daily limit", "relay quota"),

        // Full mailboxes come as 552, 5.2.2 and often as 5.1.1.
        new(Soft, MailboxFull,
            "mailbox full", "mailbox is full", "mailbox for user is full", "inbox is full", "over quota", "overquota",
            "over the quota", "quota exceeded", "exceeded quota", "exceeded storage", "out of storage",
            "exceeds quota", "not enough space in"),

        // Our address or host is on a list; a mailbox may still be called unavailable in the same line.
        new(Block, Reputation,
            "blocked using", "blacklist", "black list", "block list", "blocklist", "dnsbl", "in an rbl", "the rbl",
            " rbl",
            "spamhaus", "spamcop", "sorbs.net", "barracudacentral", "proofpoint.com/", "listed at", "listed by",
            "listed on", "is listed", "reputation", "banned sending", "banned sender", "bad ip", "ip blocked",
            "blocked ip", "client host blocked", "identified as spammer",
            "access to this mail system has been rejected"),

        // SPF, DKIM, DMARC and reverse DNS are about the sender's set-up.
        new(Block, BounceCategory.Authentication,
            "dmarc", "spf record", "spf check", "spf fail", "spf-fail", "spf validation", "dkim", "unauthenticated",
            "authentication checks", "authentication information", "reverse dns", "ptr record", "rdns", "spoofing",
            "name lookup failed", "mismatches client ip"),

        // The sender's address or domain is unknown; the words are those of an unknown recipient.
        new(Block, Policy,
            "sender address", "sender rejected", "sender verify", "sender verification", "sender domain", "valid from",
            "from: domain", "sender is not", "sender not", "invalid sender", "sender denied", "in from: header"),

        new(Block, RelayDenied,
            "relay access denied", "relaying denied", "relaying not", "not permitted to relay", "unable to relay",
            "to relay mail", "no relaying", "relay not permitted", "do not relay", "allowed rcpthosts", "mail relay"),

        new(Block, TooLarge,
            "message too large", "message too big", "message size exceeds", "message length exceeds",
            "message is too large", "too large for this recipient", "message size limit", "exceeds size limit"),

        // Content, when said of the message: a mere "spam" may stand in a link and waits for the general rules.
        new(Block, Spam,
            "virus detected", "malware", "spam detected", "detected as spam", "as spam", "is spam", "spam content",
            "spam message", "sending spam", "unsolicited", "content rejected", "junkmail"),

        // Postfix names the refused client or HELO name and then says "host not found" of it.
        new(Block, Policy, "client host rejected", "helo command", "helo name", "ehlo name"),

        // A server that ran out of patience quotes older replies; one that counts bad addresses names none.
        new(Soft, Expired, "in the queue too long", "message expired", "message too old"),
        new(Undetermined, Other, "too many invalid", "too many unknown", "too many bad"),
        new(Soft, Other, "temporary lock", "temporarily lock", "temporarily unavailable", "temporarily disabled"),
    ];

    /// <summary>Phrases that name a dead address or domain, whatever the code.</summary>
    public static readonly ReplyRule[] DeadAddress =
    [
        new(Hard, InactiveRecipient,
            "account disabled", "account is disabled", "account has been disabled", "disabled recipient",
            "user disabled", "mailbox disabled", "reach is disabled", "account suspended", "account is suspended",
            "account inactive", "account is inactive", "inactive email", "inactive user", "reach is inactive",
            "mailbox is inactive", "mailbox is frozen", "account closed", "account has been closed", "deactivated",
            "account is blocked", "no longer active", "user suspended"),

        new(Hard, InvalidRecipient,
            "user unknown", "unknown user", "user is unknown", "no such user", "user not found", "user not exist",
            "user does not exist", "user doesn't exist", "not a known user", "recipient unknown", "unknown recipient",
            "recipient not found", "recipnotfound", "no such recipient", "recipient does not exist",
            "recipient no longer", "invalid recipient", "not a valid recipient", "address unknown", "unknown address",
            "no such address", "address does not exist", "invalid address", "unknown mailbox", "mailbox unknown",
            "no such mailbox", "mailbox not found", "mailbox does not exist", "invalid mailbox", "no mailbox here",
            "mailbox unavailable", "not a valid mailbox", "account does not exist", "no such account",
            "unknown account",
            "unknown or illegal", "to reach does not exist", "not our customer", "not our user",
            "not a registered user",
            "user doesn't have a", "no longer valid", "unknown local part", "local user unknown", "no such person",
            "recipient rejected", "not known here", "no longer employed"),

        new(Hard, InvalidDomain,
            "host unknown", "unknown host", "domain not found", "no such domain", "unknown domain", "invalid domain",
            "domain does not exist", "domain is not reachable", "host not found",
            "host does not accept mail", "domain does not accept mail", "never accepts mail", "nullmx", "null mx"),
    ];

    /// <summary>Words that hint at a refusal by policy when neither phrase nor code decided.</summary>
    public static readonly ReplyRule[] General =
    [
        new(Block, Spam, "spam", "virus", "ube,"),
        new(Soft, Other, "try again later", "try later", "temporary", "temporarily"),

        // "Recipient address rejected:" introduces any reason, with a full stop it is the reason.
        new(Hard, InvalidRecipient, "address rejected.", "does not exist", "adresse destinataire invalide"),
        new(Block, Policy,
            "blocked", "denied", "rejected", "refused", "not allowed", "not permitted", "not accept", "policy",
            "violation", "forbidden", "prohibited"),
    ];
}
