using MailApi.Core.Domain;

namespace MailApi.Tests.Notifications;

public sealed class EventPatternTests
{
    [Theory]
    [InlineData("*", "message.bounced", true)]
    [InlineData("message.*", "message.bounced", true)]
    [InlineData("message.bounced", "message.bounced", true)]
    [InlineData("message.bounced", "message.delivered", false)]
    [InlineData("message.*", "suppression.created", false)]
    [InlineData("message", "message.bounced", false)]
    [InlineData("message.", "message.bounced", false)]
    [InlineData("mess*", "message.bounced", false)]
    [InlineData("*.bounced", "message.bounced", false)]
    [InlineData(".*", "message.bounced", false)]
    [InlineData("Message.*", "message.bounced", false)]
    [InlineData("", "message.bounced", false)]
    public void A_pattern_is_a_type_a_family_or_everything(string pattern, string type, bool matches) =>
        Assert.Equal(matches, EventPattern.Matches(pattern, type));

    [Theory]
    [InlineData("*", true)]
    [InlineData("suppression.*", true)]
    [InlineData("webhook.test", true)]
    [InlineData("message.lost", false)]
    [InlineData("mail.*", false)]
    [InlineData(" message.*", false)]
    public void A_pattern_that_no_event_can_match_is_unknown(string pattern, bool known) =>
        Assert.Equal(known, EventPattern.IsKnown(pattern));
}
