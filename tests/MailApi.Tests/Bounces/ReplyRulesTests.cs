using System.Globalization;
using MailApi.Core.Bounces.Replies;
using MailApi.Core.Domain;

namespace MailApi.Tests.Bounces;

public sealed class ReplyRulesTests
{
    [Fact]
    public void Every_example_is_decided_by_its_own_rule()
    {
        var wrong = string.Join('\n', ReplyRules.All
            .Select(rule => (rule, decided: ReplyClassifier.Decide(Reply(rule.Example))))
            .Where(r => !ReferenceEquals(r.rule, r.decided))
            .Select(r => $"{r.rule.Source} | {r.rule.Example}   is decided by: {r.decided?.Source ?? "none"}"));

        Assert.True(wrong.Length == 0, wrong);
    }

    [Fact]
    public void Every_rule_has_a_reason() => Assert.All(ReplyRules.All, rule => Assert.NotEmpty(rule.Reason));

    [Fact]
    public void Infrastructure_never_makes_an_address_dead() => Assert.DoesNotContain(
        ReplyRules.All, rule => rule.Verdict is { Class: BounceClass.Hard, Category: BounceCategory.Infrastructure });

    [Fact]
    public void A_permanent_example_gets_its_rules_verdict_and_a_temporary_one_never_a_hard_one()
    {
        foreach (var rule in ReplyRules.All)
        {
            var bounce = ReplyClassifier.Classify(Reply(rule.Example));
            var expected = rule.Example[0] == '4' && rule.Verdict.Class is not BounceClass.Undetermined
                ? BounceClass.Soft
                : rule.Verdict.Class;
            Assert.True(expected == bounce.Class && rule.Verdict.Category == bounce.Category, rule.Example);
        }
    }

    [Theory]
    [InlineData("550 the mailbox of a person whose name is much longer than anybody would have thought it could be is full", false)]
    [InlineData("550 the mailbox of a person is full", true)]
    public void Parts_of_a_phrase_stand_near_each_other(string line, bool matches) =>
        Assert.Equal(matches, ReplyClassifier.Decide(Reply(line))?.Source == "mailbox .. is full");

    [Fact]
    public void A_phrase_begins_with_a_word() => Assert.Null(ReplyClassifier.Decide(Reply("550 marbles")));

    /// <summary>Each part of each phrase over and over: what backtracks would not come to an end.</summary>
    [Fact]
    public void Long_replies_that_almost_match_are_judged_at_once()
    {
        var text = "550 " + string.Concat(Enumerable.Repeat("mailbox user account domain exceeded host ", 20_000));
        var clock = System.Diagnostics.Stopwatch.StartNew();

        ReplyClassifier.Classify(Reply(text));

        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(1), $"{clock.Elapsed}");
    }

    private static SmtpReply Reply(string line) => new(int.Parse(line[..3], CultureInfo.InvariantCulture), null, line);
}
