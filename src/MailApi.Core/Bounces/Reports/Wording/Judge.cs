using MailApi.Core.Bounces.Replies;
using MailApi.Core.Domain;

namespace MailApi.Core.Bounces.Reports.Wording;

/// <summary>
/// What is said of one recipient: the status, the reply behind it, and texts from the nearest to the farthest; alone when
/// all of it is about nobody else.
/// </summary>
internal sealed record Evidence(string? Status, string? Diagnostic, IReadOnlyList<string> Texts, bool IsAlone = false);

/// <summary>
/// Weighs all that a report says of one recipient: the first source that is certain decides, then the first that hints.
/// </summary>
internal static class Judge
{
    public static ReportedRecipient Of(ReportKind kind, string email, string? finalEmail, Evidence evidence)
    {
        var reply = Quoted(evidence);
        var enhanced = reply?.EnhancedCode ?? evidence.Status;
        var code = reply?.Code is > 0 and var digits ? digits : (int?)null;
        var diagnostic = evidence.Diagnostic ?? reply?.Response;
        return new ReportedRecipient(
            kind, email, finalEmail, Weigh(kind, reply, code, enhanced, evidence), code, enhanced, OneLine(diagnostic));
    }

    private static SmtpReply? Quoted(Evidence evidence)
    {
        if (evidence.Diagnostic is { } diagnostic)
        {
            return ReplyLine.Find(diagnostic) ?? new SmtpReply(0, FindCode(diagnostic), diagnostic);
        }

        foreach (var text in evidence.Texts)
        {
            if (ReplyLine.Find(text) is { } reply)
            {
                return reply;
            }

            if (FindCode(text) is { } code)
            {
                return new SmtpReply(0, code, LineWith(text, code));
            }

            if (ReplyRules.FirstMatch(new ReplyFacts(0, null, ReplyText.Flatten(text)), withHints: false) is not null)
            {
                // Words that need no code; one from farther off would belong to somebody else.
                return new SmtpReply(0, null, TellingLine(text));
            }
        }

        return null;
    }

    private static string LineWith(string text, string code) =>
        text.Split('\n').First(line => line.Contains(code, StringComparison.Ordinal));

    /// <summary>The line that decides, or all where it takes several.</summary>
    private static string TellingLine(string text)
    {
        foreach (var line in text.Split('\n'))
        {
            if (ReplyRules.FirstMatch(new ReplyFacts(0, null, ReplyText.Flatten(line)), withHints: false) is not null)
            {
                return line;
            }
        }

        return text;
    }

    private static Bounce Weigh(ReportKind kind, SmtpReply? reply, int? code, string? enhanced, Evidence evidence)
    {
        var isTemporary = kind is ReportKind.Delay
            || (code is { } c ? c < 500 : (enhanced ?? evidence.Status) is { } e && e[0] == '4');
        var candidates = Candidates(reply, code, enhanced, evidence);
        var rule = Decide(candidates);
        if (evidence.IsAlone && rule?.Verdict.Class is BounceClass.Hard)
        {
            // A full mailbox is not a dead one: where sources disagree, the milder is believed.
            rule = candidates.Select(facts => ReplyRules.FirstMatch(facts, withHints: false))
                .FirstOrDefault(r => r?.Verdict.Category is BounceCategory.MailboxFull) ?? rule;
        }

        var verdict = rule?.Verdict ?? new Bounce(BounceClass.Undetermined, BounceCategory.Other);
        return isTemporary && verdict.Category is not BounceCategory.Infrastructure
            ? verdict with { Class = BounceClass.Soft }
            : verdict;
    }

    private static List<ReplyFacts> Candidates(SmtpReply? reply, int? code, string? enhanced, Evidence evidence)
    {
        var candidates = new List<ReplyFacts>
        {
            new(code ?? 0, enhanced?[2..], reply is null ? "" : ReplyText.Flatten(reply.Response)),
        };
        candidates.AddRange(evidence.Texts.Select(t => new ReplyFacts(0, null, ReplyText.Flatten(t))));
        if (evidence.Status is { } status && status != enhanced)
        {
            candidates.Add(new ReplyFacts(0, status[2..], ""));
        }

        return candidates;
    }

    private static ReplyRule? Decide(List<ReplyFacts> candidates)
    {
        foreach (var hints in (ReadOnlySpan<bool>)[false, true])
        {
            foreach (var facts in candidates)
            {
                if (ReplyRules.FirstMatch(facts, hints) is { } rule)
                {
                    return rule;
                }
            }
        }

        return null;
    }

    private static string? FindCode(string text) =>
        EnhancedStatusCode.TryFind(text, out var code) && code[0] != '2' ? code : null;

    private static string? OneLine(string? text)
    {
        if (text is null)
        {
            return null;
        }

        var line = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return line.Length > 500 ? line[..500] : line;
    }
}
