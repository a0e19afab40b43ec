using MailApi.Core.Feedback.Mailboxes;
using MailApi.Core.Smtp;

namespace MailApi.Tests.Feedback;

public sealed class MailboxOptionsTests
{
    public static TheoryData<string, Action<MailboxOptions>> Faults => new()
    {
        { "Bounces:Mailbox:Protocol", o => o.Protocol = (MailboxProtocol)7 },
        { "Bounces:Mailbox:Host", o => o.Host = "" },
        { "Bounces:Mailbox:Host", o => o.Host = "no host" },
        { "Bounces:Mailbox:Port", o => o.Port = 70_000 },
        { "Bounces:Mailbox:Security", o => o.Security = (RelaySecurity)7 },
        { "Bounces:Mailbox:Security", o => (o.Security, o.Auth) = (RelaySecurity.None, "xoauth2") },
        { "Bounces:Mailbox:Username", o => o.Username = "" },
        { "Bounces:Mailbox:Password", o => o.Password = "" },
        { "Bounces:Mailbox:Auth", o => o.Auth = "none" },
        { "Bounces:Mailbox:Auth", o => o.Auth = "ntlm" },
        { "Bounces:Mailbox:PollInterval", o => o.PollInterval = TimeSpan.Zero },
        { "Bounces:Mailbox:PollInterval", o => o.PollInterval = TimeSpan.FromDays(1) },
        { "Bounces:Mailbox:ConnectTimeout", o => o.ConnectTimeout = TimeSpan.Zero },
        { "Bounces:Mailbox:CommandTimeout", o => o.CommandTimeout = TimeSpan.FromHours(2) },
        { "Bounces:Mailbox:Folder", o => o.Folder = "" },
        { "Bounces:Mailbox:ProcessedFolder", o => o.ProcessedFolder = "inbox" },
        { "Bounces:Mailbox:ProcessedFolder", o => o.ProcessedFolder = "a//b" },
        { "Bounces:Mailbox:NotUnderstoodFolder", o => (o.Folder, o.NotUnderstoodFolder) = ("Reports", "Reports") },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void A_fault_is_told_in_one_sentence_that_names_the_key(string key, Action<MailboxOptions> breakIt)
    {
        var options = Sound();
        breakIt(options);
        var sentence = Assert.Single(options.Validate());
        Assert.StartsWith($"{key} must", sentence, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void A_sound_section_and_none_at_all_have_no_faults()
    {
        Assert.Empty(Sound().Validate());
        Assert.Empty(new MailboxOptions().Validate());
    }

    [Theory]
    [InlineData(MailboxProtocol.Imap, null, null, RelaySecurity.Tls, 993)]
    [InlineData(MailboxProtocol.Imap, 143, null, RelaySecurity.StartTls, 143)]
    [InlineData(MailboxProtocol.Imap, null, RelaySecurity.StartTls, RelaySecurity.StartTls, 143)]
    [InlineData(MailboxProtocol.Pop3, null, null, RelaySecurity.Tls, 995)]
    [InlineData(MailboxProtocol.Pop3, 110, null, RelaySecurity.StartTls, 110)]
    [InlineData(MailboxProtocol.Pop3, null, RelaySecurity.None, RelaySecurity.None, 110)]
    public void Port_and_security_follow_from_each_other(
        MailboxProtocol protocol, int? port, RelaySecurity? security, RelaySecurity expected, int expectedPort)
    {
        var options = Sound();
        (options.Protocol, options.Port, options.Security) = (protocol, port, security);
        Assert.Equal((expected, expectedPort), (options.EffectiveSecurity, options.EffectivePort));
    }

    private static MailboxOptions Sound() => new() { Host = "imap.example.com", Username = "reports", Password = "secret" };
}
