using MailApi.Core.Domain;
using MailApi.Core.Smtp.Sessions;

namespace MailApi.Tests.Smtp;

public sealed class ServerReplyTests
{
    [Theory]
    [InlineData("5.1.1 unknown", "5.1.1")]
    [InlineData("4.7.25", "4.7.25")]
    [InlineData("  2.0.0 fine", "2.0.0")]
    [InlineData("5.1.1\nmore", "5.1.1")]
    [InlineData("192.0.2.1 is blocked", null)]
    [InlineData("5.1.1: unknown", null)]
    [InlineData("3.1.1 what", null)]
    [InlineData("5.1 what", null)]
    [InlineData("5..1 what", null)]
    [InlineData("5.1.1000 what", null)]
    [InlineData("", null)]
    public void Reads_the_enhanced_status_code(string text, string? code) =>
        Assert.Equal(code, ServerReply.EnhancedCodeOf(text));

    [Fact]
    public void Puts_the_code_back_on_every_line() =>
        Assert.Equal(
            new SmtpReply(550, "5.7.1", "550-5.7.1 one\n550 5.7.1 two"), ServerReply.Of(550, "5.7.1 one\n5.7.1 two"));

    [Fact]
    public void Shows_no_control_characters_and_has_an_end()
    {
        var reply = ServerReply.Of(550, "a\0b\u001b[31m" + new string('x', 5000));

        Assert.StartsWith("550 a?b?[31mx", reply.Response);
        Assert.Equal(1000, reply.Response.Length);
    }

    [Fact]
    public void Reads_what_was_received() =>
        Assert.Equal(new SmtpReply(535, "5.7.8", "535 5.7.8 no"), ServerReply.Of("535 5.7.8 no\r\n"u8));
}
