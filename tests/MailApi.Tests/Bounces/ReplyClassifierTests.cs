using System.Globalization;
using MailApi.Core.Bounces.Replies;
using MailApi.Core.Domain;

namespace MailApi.Tests.Bounces;

public sealed class ReplyClassifierTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("550 5.1.1 <bob@example.net>: no account by that name", "hard", "invalid_recipient")]
    [InlineData("550 user unknown", "hard", "invalid_recipient")]
    [InlineData("550 5.7.1 bob@example.net: No Such User", "hard", "invalid_recipient")]
    [InlineData("550-5.0.0 The user is\n550-5.0.0 unknown\n550 5.0.0 here", "hard", "invalid_recipient")]
    [InlineData("550-5.0.0 The mailbox you tried to reach\n550 5.0.0 does not exist", "hard", "invalid_recipient")]
    [InlineData("550 Requested action not taken: mailbox unavailable", "hard", "invalid_recipient")]
    [InlineData("501 5.1.3 bad syntax of the recipient", "hard", "invalid_recipient")]
    [InlineData("551 5.1.6 gone, no forwarding", "hard", "invalid_recipient")]
    [InlineData("550 5.2.1 switched off", "hard", "inactive_recipient")]
    [InlineData("550 this account has been disabled", "hard", "inactive_recipient")]
    [InlineData("550 5.1.2 bad system", "hard", "invalid_domain")]
    [InlineData("556 5.1.10 recipient address has null MX", "hard", "invalid_domain")]
    [InlineData("550 Host unknown", "hard", "invalid_domain")]
    [InlineData("452 4.2.2 mailbox over quota", "soft", "mailbox_full")]
    [InlineData("552 5.2.2 no room", "soft", "mailbox_full")]
    [InlineData("550 5.1.1 mailbox full", "soft", "mailbox_full")]
    [InlineData("550 5.1.1 rate limit exceeded", "soft", "rate_limited")]
    [InlineData("421 4.7.0 too many connections", "soft", "rate_limited")]
    [InlineData("450 4.7.1 Greylisted, come back in five minutes", "soft", "greylisted")]
    [InlineData("450 4.1.1 user unknown", "soft", "invalid_recipient")]
    [InlineData("451 4.3.0 local error", "soft", "other")]
    [InlineData("550 5.7.1 not today", "block", "policy")]
    [InlineData("550 5.1.8 domain not found", "block", "policy")]
    [InlineData("553 sender address rejected: domain not found", "block", "policy")]
    [InlineData("504 5.5.2 <example>: Helo command rejected: host not found", "block", "policy")]
    [InlineData("550 we do not accept mail from dial-up networks", "block", "reputation")]
    [InlineData("550 too many invalid recipients", "undetermined", "other")]
    [InlineData("554 rejected", "block", "policy")]
    [InlineData("550 5.2.1 mailbox unavailable, client 192.0.2.1 blocked using lists.example", "block", "reputation")]
    [InlineData("550 5.7.26 the checks did not pass", "block", "authentication")]
    [InlineData("550 5.7.1 does not pass DMARC", "block", "authentication")]
    [InlineData("554 5.7.1 message looks like spam", "block", "spam")]
    [InlineData("554 message looks like spam", "block", "spam")]
    [InlineData("554 5.7.1 relay access denied", "block", "relay_denied")]
    [InlineData("552 5.3.4 too much", "block", "too_large")]
    [InlineData("552 message size exceeds fixed limit", "block", "too_large")]
    [InlineData("503 bad sequence", "block", "protocol")]
    [InlineData("550 5.6.7 no SMTPUTF8 here", "block", "protocol")]
    [InlineData("530 5.7.0 must issue STARTTLS first", "undetermined", "infrastructure")]
    [InlineData("535 5.7.8 user unknown or bad password", "undetermined", "infrastructure")]
    [InlineData("454 4.7.0 TLS not available", "undetermined", "infrastructure")]
    [InlineData("454 4.7.1 <bob@example.net>: relay access denied", "soft", "relay_denied")]
    [InlineData("550 no", "undetermined", "other")]
    [InlineData("550 nothing about unwanted mail for spam@example.net", "undetermined", "other")]
    [InlineData("299 user unknown", "undetermined", "protocol")]
    public void Classifies(string line, string expectedClass, string expectedCategory)
    {
        var bounce = ReplyClassifier.Classify(Reply(line));

        Assert.Equal((expectedClass, expectedCategory), (Names.Of(bounce.Class), Names.Of(bounce.Category)));
    }

    [Fact]
    public void Believes_the_given_code_more_than_one_in_the_text()
    {
        var bounce = ReplyClassifier.Classify(new SmtpReply(550, "5.1.1", "550 see 5.7.1"));

        Assert.Equal(new Bounce(BounceClass.Hard, BounceCategory.InvalidRecipient), bounce);
    }

    [Fact]
    public void No_temporary_code_makes_any_reply_hard()
    {
        var lines = new[] { "user unknown", "4.1.1 no such user", "5.1.1 dead", "host unknown", "mailbox unavailable" };

        Assert.All(
            from code in Enumerable.Range(400, 100) from line in lines select $"{code} {line}",
            line => Assert.NotEqual(BounceClass.Hard, ReplyClassifier.Classify(Reply(line)).Class));
    }

    [Fact]
    public void Tells_dead_addresses_from_others_in_lines_from_the_field()
    {
        var wrong = new List<string>();
        var (count, falseHard) = (0, 0);
        foreach (var line in File.ReadLines(TestData.Require("smtp-replies.tsv")).Skip(1))
        {
            var cells = line.Split('\t');
            var accepted = cells[2].Split('|');
            if (accepted.Contains("hard") && accepted.Length > 1)
            {
                continue;
            }

            count++;
            var isHard = ReplyClassifier.Classify(Reply(cells[1])).Class == BounceClass.Hard;
            if (isHard != accepted.Contains("hard"))
            {
                falseHard += isHard ? 1 : 0;
                wrong.Add($"{(isHard ? "false hard" : "missed hard")}: {cells[1]}");
            }
        }

        var score = 1 - (wrong.Count / (double)count);
        output.WriteLine($"{count} lines, {score:P1} right, {falseHard} falsely hard\n{string.Join('\n', wrong)}");
        Assert.True(score >= 0.985, $"{score:P1} right");
        Assert.True(falseHard <= count * 0.003, $"{falseHard} of {count} falsely hard");
    }

    private static SmtpReply Reply(string line) => new(int.Parse(line[..3], CultureInfo.InvariantCulture), null, line);
}
