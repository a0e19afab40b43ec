namespace MailApi.Core.Domain;

/// <summary>How much a refusal says about the address.</summary>
public enum BounceClass
{
    /// <summary>The address is dead: it is suppressed.</summary>
    Hard,

    /// <summary>Refused for policy, reputation, content or authentication; the address is not to blame.</summary>
    Block,

    /// <summary>Temporary, or a full mailbox.</summary>
    Soft,

    /// <summary>Nothing certain can be said.</summary>
    Undetermined,
}

/// <summary>Why a message was refused.</summary>
public enum BounceCategory
{
    InvalidRecipient,
    InactiveRecipient,
    InvalidDomain,
    MailboxFull,
    Policy,
    Spam,
    Reputation,
    Authentication,
    RateLimited,
    Greylisted,
    TooLarge,
    RelayDenied,
    Protocol,

    /// <summary>Our own network, TLS, DNS or credentials: never blamed on the recipient.</summary>
    Infrastructure,
    Expired,
    Other,
}

/// <summary>The verdict on a refusal.</summary>
public readonly record struct Bounce(BounceClass Class, BounceCategory Category);
