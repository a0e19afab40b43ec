using MailApi.Core.Domain;

namespace MailApi.Core.Bounces.Replies;

/// <summary>
/// One line of <c>reply-rules.txt</c>: all of its conditions must hold. A hint decides only when nothing in a report is
/// certain.
/// </summary>
internal sealed record ReplyRule(
    Bounce Verdict, bool IsHint, string Reason, string Source, string Example, ReplyCondition[] Conditions)
{
    public bool Matches(in ReplyFacts facts)
    {
        foreach (var condition in Conditions)
        {
            if (!condition.Holds(facts))
            {
                return false;
            }
        }

        return true;
    }
}

/// <summary>What is known of a reply when the rules are asked.</summary>
/// <param name="Code">The three digits, 0 when there are none.</param>
/// <param name="Detail">The enhanced code without its class: <c>1.1</c>.</param>
/// <param name="Text">The words, as <see cref="ReplyText"/> leaves them.</param>
internal readonly record struct ReplyFacts(int Code, string? Detail, string Text);

/// <summary>Something that a reply has or has not.</summary>
internal abstract record ReplyCondition
{
    public abstract bool Holds(in ReplyFacts facts);
}

/// <summary>The reply code is this one.</summary>
internal sealed record CodeCondition(int Code) : ReplyCondition
{
    public override bool Holds(in ReplyFacts facts) => facts.Code == Code;
}

/// <summary>The enhanced code is <c>x.1.1</c>, or of the subject <c>x.1.*</c>.</summary>
internal sealed record EnhancedCodeCondition(string Detail) : ReplyCondition
{
    public override bool Holds(in ReplyFacts facts) => facts.Detail is { } detail
        && (Detail[^1] == '*' ? detail.AsSpan().StartsWith(Detail.AsSpan(0, Detail.Length - 1)) : detail == Detail);
}

/// <summary>The parts stand in the text in this order and near each other, or do not.</summary>
internal sealed record PhraseCondition(string[] Parts, bool Negated) : ReplyCondition
{
    private const int Gap = 60;

    public override bool Holds(in ReplyFacts facts) => Stands(facts.Text, 0, 0) != Negated;

    private bool Stands(ReadOnlySpan<char> text, int part, int offset)
    {
        var phrase = Parts[part];
        var isLast = part == Parts.Length - 1;

        // The first part may stand anywhere, each further one only within the gap: the work stays linear.
        var end = part == 0 ? text.Length : Math.Min(text.Length, offset + Gap + phrase.Length);
        while (offset < end && text[offset..end].IndexOf(phrase, StringComparison.Ordinal) is var found and >= 0)
        {
            var start = offset + found;
            if (StartsWord(text, start, phrase) && (isLast || Stands(text, part + 1, start + phrase.Length)))
            {
                return true;
            }

            offset = start + 1;
        }

        return false;
    }

    private static bool StartsWord(ReadOnlySpan<char> text, int start, string phrase) =>
        start == 0 || !char.IsAsciiLetterOrDigit(phrase[0]) || !char.IsAsciiLetterOrDigit(text[start - 1]);
}
