using System.Collections.Frozen;
using MailApi.Core.Domain;
using static MailApi.Core.Domain.BounceCategory;
using static MailApi.Core.Domain.BounceClass;

namespace MailApi.Core.Bounces;

/// <summary>What codes say by themselves (RFC 3463, RFC 5248, RFC 7372, RFC 7504, RFC 7505).</summary>
internal static class ReplyCodes
{
    /// <summary>By <c>subject.detail</c>, or <c>subject</c> alone for what is not listed.</summary>
    public static readonly FrozenDictionary<string, Bounce> Enhanced = new Dictionary<string, Bounce>
    {
        ["1.1"] = new(Hard, InvalidRecipient), // bad destination mailbox
        ["1.2"] = new(Hard, InvalidDomain), // bad destination system
        ["1.3"] = new(Hard, InvalidRecipient), // bad syntax of the destination
        ["1.6"] = new(Hard, InvalidRecipient), // moved, no forwarding address
        ["1.7"] = new(Block, Policy), // bad syntax of the sender
        ["1.8"] = new(Block, Policy), // bad system of the sender
        ["1.10"] = new(Hard, InvalidDomain), // null MX (RFC 7505)
        ["2.1"] = new(Hard, InactiveRecipient), // disabled
        ["2.2"] = new(Soft, MailboxFull),
        ["2.3"] = new(Block, TooLarge), // longer than the mailbox allows
        ["2.4"] = new(Block, Policy), // mailing list cannot be expanded
        ["3"] = new(Soft, Other), // trouble in the receiving system
        ["3.4"] = new(Block, TooLarge),
        ["4"] = new(Soft, Other), // network and routing behind the server
        ["4.4"] = new(Hard, InvalidDomain), // no route: the domain does not resolve
        ["4.6"] = new(Block, Other), // routing loop
        ["4.7"] = new(Soft, Expired),
        ["6"] = new(Block, Protocol), // media the server cannot take
        ["5.3"] = new(Soft, RateLimited), // too many recipients for one transaction
        ["7"] = new(Block, Policy),
        ["7.3"] = new(Block, Policy),
        ["7.8"] = new(Undetermined, Infrastructure), // our credentials
        ["7.13"] = new(Undetermined, Infrastructure), // our account is disabled
        ["7.20"] = new(Block, BounceCategory.Authentication), // DKIM (RFC 7372)
        ["7.21"] = new(Block, BounceCategory.Authentication),
        ["7.22"] = new(Block, BounceCategory.Authentication),
        ["7.23"] = new(Block, BounceCategory.Authentication), // SPF
        ["7.24"] = new(Block, BounceCategory.Authentication),
        ["7.25"] = new(Block, BounceCategory.Authentication), // reverse DNS
        ["7.26"] = new(Block, BounceCategory.Authentication), // several checks
        ["7.28"] = new(Soft, RateLimited), // flood
    }.ToFrozenDictionary();

    /// <summary>
    /// Replies about our own session (RFC 3207, RFC 4954): nobody was refused, so they go before any word or code.
    /// </summary>
    public static readonly FrozenSet<int> OurSession = FrozenSet.ToFrozenSet([530, 534, 535, 538]);

    /// <summary>By the three digits, for replies without anything better.</summary>
    public static readonly FrozenDictionary<int, Bounce> Basic = new Dictionary<int, Bounce>
    {
        [454] = new(Undetermined, Infrastructure), // STARTTLS or AUTH not possible now
        [500] = new(Block, Protocol),
        [501] = new(Block, Protocol),
        [502] = new(Block, Protocol),
        [503] = new(Block, Protocol),
        [504] = new(Block, Protocol),
        [521] = new(Hard, InvalidDomain), // the host never takes mail (RFC 7504)
        [552] = new(Soft, MailboxFull),
        [555] = new(Block, Protocol),
        [556] = new(Hard, InvalidDomain), // the domain never takes mail (RFC 7504)
    }.ToFrozenDictionary();
}
