using System.Globalization;
using MailApi.Core.Domain;

namespace MailApi.Core.Bounces.Replies;

/// <summary>The rules of <c>reply-rules.txt</c>, which says how it is written, in its order.</summary>
internal static class ReplyRules
{
    public static readonly ReplyRule[] All = Load();

    /// <param name="facts">What the reply says.</param>
    /// <param name="withHints">Whether rules may decide that are only a hint.</param>
    public static ReplyRule? FirstMatch(in ReplyFacts facts, bool withHints = true)
    {
        foreach (var rule in All)
        {
            if ((withHints || !rule.IsHint) && rule.Matches(facts))
            {
                return rule;
            }
        }

        return null;
    }

    private static ReplyRule[] Load()
    {
        var rules = new List<ReplyRule>();
        var verdict = default(Bounce);
        var reason = "";
        var isHint = false;
        foreach (var line in DataFile.Lines("Replies.reply-rules.txt"))
        {
            var bar = line.LastIndexOf(" | ", StringComparison.Ordinal);
            if (bar < 0)
            {
                throw new FormatException($"A line of the reply rules has no ' | ': {line}");
            }

            var (left, right) = (line[..bar].Trim(), line[(bar + 3)..].Trim());
            if (left[0] is '=' or '?')
            {
                isHint = left[0] == '?';
                var names = left.Split(' ');
                verdict = new Bounce(Names.Parse<BounceClass>(names[1]), Names.Parse<BounceCategory>(names[2]));
                reason = right;
                continue;
            }

            var conditions = left.Split(" & ").Select(ParseCondition).ToArray();
            rules.Add(new ReplyRule(verdict, isHint, reason, left, right, conditions));
        }

        return [.. rules];
    }

    private static ReplyCondition ParseCondition(string source)
    {
        if (source.Length == 3 && int.TryParse(source, NumberStyles.None, CultureInfo.InvariantCulture, out var code))
        {
            return new CodeCondition(code);
        }

        if (source.StartsWith("x.", StringComparison.Ordinal))
        {
            return new EnhancedCodeCondition(source[2..]);
        }

        var negated = source[0] == '!';
        return new PhraseCondition((negated ? source[1..] : source).Split(" .. "), negated);
    }
}
