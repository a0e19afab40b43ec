using MailApi.Core.Domain;

namespace MailApi.Core.Bounces.Replies;

/// <summary>
/// Says what one refusal means for the address. The address is called dead only on a permanent reply that names it;
/// whatever is unclear is not <see cref="BounceClass.Hard"/>. The knowledge stands in <c>reply-rules.txt</c>.
/// </summary>
public static class ReplyClassifier
{
    private static readonly Bounce Unknown = new(BounceClass.Undetermined, BounceCategory.Other);

    public static Bounce Classify(SmtpReply reply)
    {
        var facts = FactsOf(reply, out var digit);
        var verdict = ReplyRules.FirstMatch(facts)?.Verdict ?? Unknown;
        return digit switch
        {
            '5' => verdict,
            '4' when verdict.Class is BounceClass.Undetermined => verdict,

            // A temporary reply never says that the address is dead, even with "user unknown" beside it.
            '4' => verdict with { Class = BounceClass.Soft },
            _ => new Bounce(BounceClass.Undetermined, BounceCategory.Protocol),
        };
    }

    /// <summary>The rule that decides, for those who want to know why.</summary>
    internal static ReplyRule? Decide(SmtpReply reply) => ReplyRules.FirstMatch(FactsOf(reply, out _));

    private static ReplyFacts FactsOf(SmtpReply reply, out char digit)
    {
        var enhanced = reply.EnhancedCode;
        if (enhanced is null && EnhancedStatusCode.TryFind(reply.Response, out var found))
        {
            enhanced = found;
        }

        digit = reply.Code switch
        {
            0 => enhanced?[0] ?? ' ',
            >= 400 and <= 599 => (char)('0' + (reply.Code / 100)),
            _ => ' ',
        };
        return new ReplyFacts(reply.Code, enhanced?[2..], ReplyText.Flatten(reply.Response));
    }
}
