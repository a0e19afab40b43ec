using MailApi.Core.Bounces.Replies;

namespace MailApi.Tests.Bounces;

public sealed class EnhancedStatusCodeTests
{
    [Theory]
    [InlineData("550 5.1.1 user unknown", "5.1.1")]
    [InlineData("550-5.7.1 refused", "5.7.1")]
    [InlineData("sorry, no mailbox here (#5.1.1)", "5.1.1")]
    [InlineData("refused by policy 5.7.606.", "5.7.606")]
    [InlineData("4.7.0", "4.7.0")]
    [InlineData("host 5.1.2.3 is listed, 5.7.1", "5.7.1")]
    public void Finds_the_first_code(string text, string expected)
    {
        Assert.True(EnhancedStatusCode.TryFind(text, out var code));
        Assert.Equal(expected, code);
    }

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("5.")]
    [InlineData("5.1")]
    [InlineData("5.1.")]
    [InlineData("550 user unknown")]
    [InlineData("[5.1.2.3] refused")]
    [InlineData("15.1.1 and 3.1.1 and 5.1000.1 and 5.1.1000")]
    [InlineData("version 1.5.1.1")]
    public void Takes_nothing_else_for_a_code(string text) => Assert.False(EnhancedStatusCode.TryFind(text, out _));
}
