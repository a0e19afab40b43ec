using MailApi.Core.Bounces.Replies;
using MailApi.Core.Bounces.Reports.Wording;
using MailApi.Core.Domain;

namespace MailApi.Core.Feedback.Relays;

/// <summary>Weighs what a relay tells of a refusal: the server's own words first, then the relay's verdict.</summary>
internal static class NoticedReply
{
    private const int MaxLength = 500;

    /// <param name="email">The recipient.</param>
    /// <param name="words">What the relay quotes of the server, or says itself.</param>
    /// <param name="status">An enhanced status code, if it gives one.</param>
    /// <param name="otherwise">The relay's verdict, for words that say nothing certain.</param>
    public static NoticedRecipient Of(string email, string? words, string? status, Bounce otherwise)
    {
        var text = OneLine(words);
        var quoted = text is null ? null : ReplyLine.Find(text);
        var enhanced = quoted?.EnhancedCode
            ?? (status is not null && EnhancedStatusCode.TryFind(status, out var given) ? given : null);
        var verdict = ReplyClassifier.Classify(new SmtpReply(quoted?.Code ?? 0, enhanced, quoted?.Response ?? text ?? ""));
        return new NoticedRecipient(email)
        {
            Code = quoted?.Code,
            EnhancedCode = enhanced,
            Diagnostic = quoted?.Response ?? text,
            Verdict = verdict.Class is BounceClass.Undetermined ? otherwise : verdict,
        };
    }

    /// <summary>The relay itself did not send; no server said anything, and the address is not to blame.</summary>
    public static NoticedRecipient NotSent(string email, string? reason) => new(email)
    {
        Diagnostic = OneLine(reason),
        Verdict = new Bounce(BounceClass.Block, BounceCategory.Policy),
    };

    public static NoticedRecipient Plain(string email) => new(email);

    private static string? OneLine(string? text)
    {
        var line = string.Join(' ', (text ?? "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return line.Length > MaxLength ? line[..MaxLength] : line.Length > 0 ? line : null;
    }
}
