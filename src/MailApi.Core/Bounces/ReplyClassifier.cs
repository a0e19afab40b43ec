using MailApi.Core.Domain;

namespace MailApi.Core.Bounces;

/// <summary>
/// Says what one refusal means for the address. The address is called dead only on a permanent reply that names it;
/// whatever is unclear is not <see cref="BounceClass.Hard"/>.
/// </summary>
public static class ReplyClassifier
{
    /// <summary>
    /// Classifies one refusal: words that are more exact than the code, then the codes, then general words.
    /// </summary>
    public static Bounce Classify(SmtpReply reply)
    {
        var code = reply.EnhancedCode;
        if (code is null && EnhancedStatusCode.TryFind(reply.Response, out var found))
        {
            code = found;
        }

        var verdict = Judge(reply.Code, code, ReplyText.Flatten(reply.Response));
        return Digit(reply.Code, code) switch
        {
            '5' => verdict,
            '4' when verdict.Class is BounceClass.Undetermined => verdict,

            // A temporary reply never says that the address is dead, even with "user unknown" beside it.
            '4' => verdict with { Class = BounceClass.Soft },
            _ => new Bounce(BounceClass.Undetermined, BounceCategory.Protocol),
        };
    }

    private static Bounce Judge(int basic, string? enhanced, string text)
    {
        if (ReplyCodes.OurSession.Contains(basic) || (basic == 454 && text.Contains("TLS", StringComparison.Ordinal)))
        {
            return new Bounce(BounceClass.Undetermined, BounceCategory.Infrastructure);
        }

        return FirstMatch(ReplyRules.Specific, text)
            ?? SenderCode(enhanced)
            ?? FirstMatch(ReplyRules.DeadAddress, text)
            ?? FromEnhanced(enhanced, text)
            ?? FromBasic(basic, text)
            ?? FirstMatch(ReplyRules.General, text)
            ?? new Bounce(BounceClass.Undetermined, BounceCategory.Other);
    }

    /// <summary>x.1.7 and x.1.8 are about the sender; the words may fit a recipient: "domain not found".</summary>
    private static Bounce? SenderCode(string? enhanced) =>
        enhanced?[2..] is "1.7" or "1.8" ? new Bounce(BounceClass.Block, BounceCategory.Policy) : null;

    private static Bounce? FromEnhanced(string? enhanced, string text)
    {
        var detail = enhanced?[2..];
        if (detail is null)
        {
            return null;
        }

        // Exchange Online says 5.4.1 for addresses that its directory does not know.
        if (detail == "4.1" && text.Contains("address rejected", StringComparison.OrdinalIgnoreCase))
        {
            return new Bounce(BounceClass.Hard, BounceCategory.InvalidRecipient);
        }

        return ReplyCodes.Enhanced.TryGetValue(detail, out var verdict)
            || ReplyCodes.Enhanced.TryGetValue(detail[..detail.IndexOf('.', StringComparison.Ordinal)], out verdict)
                ? verdict
                : null;
    }

    /// <summary>A code that many servers use for everything (500, 501, 552) gives way to a plain word.</summary>
    private static Bounce? FromBasic(int basic, string text) => ReplyCodes.Basic.TryGetValue(basic, out var verdict)
        ? verdict.Class is BounceClass.Hard ? verdict : FirstMatch(ReplyRules.General, text) ?? verdict
        : null;

    private static Bounce? FirstMatch(ReplyRule[] rules, string text) =>
        Array.Find(rules, r => r.Matches(text))?.Verdict;

    private static char Digit(int basic, string? enhanced) => basic switch
    {
        0 => enhanced?[0] ?? ' ',
        _ => basic is >= 400 and <= 599 ? (char)('0' + (basic / 100)) : ' ',
    };
}
