using System.Text;
using MailApi.Core.Domain;
using MailApi.Core.Smtp;
using MimeKit;

namespace MailApi.Tests.Smtp;

/// <summary>Messages and servers that do not fit each other.</summary>
public sealed class FittingTests : IAsyncDisposable
{
    private readonly RelayDriver _driver = new();

    private LineServer Server => _driver.Server;

    public ValueTask DisposeAsync() => _driver.DisposeAsync();

    [Fact]
    public async Task Refuses_a_message_larger_than_the_server_takes_without_sending_it()
    {
        Server.Offers = ["SIZE 20"];

        var result = await _driver.SendAsync("a@b.test");

        Assert.Equal(RecipientResultKind.Bounced, result.Recipients[0].Kind);
        Assert.Equal(new Bounce(BounceClass.Block, BounceCategory.TooLarge), result.Recipients[0].Bounce);
        Assert.StartsWith("5.3.4 The message of 48 bytes exceeds the 20 bytes", result.Recipients[0].Reason);
        Assert.DoesNotContain(Server.Commands, command => command.StartsWith("MAIL", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Announces_the_size_to_a_server_that_asks()
    {
        Server.Offers = ["SIZE"];
        await _driver.SendAsync("a@b.test");

        Server.HangUp();
        Server.Offers = ["SIZE 0"];
        await _driver.SendAsync("a@b.test");

        Assert.Equal(2, Server.Messages.Count);
        Assert.Contains("MAIL FROM:<sender@a.test> SIZE=48", Server.Commands);
    }

    [Fact]
    public async Task Refuses_only_the_address_that_needs_SMTPUTF8()
    {
        Server.Offers = ["8BITMIME"];

        var result = await _driver.SendAsync("a@b.test", "ü@b.test");

        var refused = result.Recipients.Single(r => r.Recipient.IsInternational);
        Assert.Equal(RecipientResultKind.Bounced, refused.Kind);
        Assert.Equal(new Bounce(BounceClass.Block, BounceCategory.Protocol), refused.Bounce);
        Assert.StartsWith("5.6.7 ", refused.Reason);
        var other = result.Recipients.Single(r => !r.Recipient.IsInternational);
        Assert.Equal(RecipientResultKind.Delivered, other.Kind);
        Assert.Contains("RCPT TO:<a@b.test>", Server.Commands);
    }

    [Fact]
    public async Task Refuses_all_when_the_sender_needs_SMTPUTF8()
    {
        Server.Offers = ["8BITMIME"];
        var message = RelayDriver.Message("\r\n", "a@b.test", "c@b.test") with
        {
            Sender = RelayDriver.Address("ü@a.test"),
        };

        var result = await _driver.SendAsync(message);

        Assert.All(result.Recipients, r => Assert.StartsWith("5.6.7 ", r.Reason));
        Assert.Empty(Server.Messages);
    }

    [Fact]
    public async Task Uses_SMTPUTF8_only_where_it_is_needed()
    {
        await _driver.SendAsync("user@xn--bcher-kva.example");
        await _driver.SendAsync("ü@b.test");
        await _driver.SendAsync(RelayDriver.Message("To: ü@b.test\r\n\r\n", "a@b.test"));

        Assert.Equal(
            [
                "MAIL FROM:<sender@a.test>", "RCPT TO:<user@xn--bcher-kva.example>",
                "MAIL FROM:<sender@a.test> SMTPUTF8", "RCPT TO:<ü@b.test>",
                "MAIL FROM:<sender@a.test> SMTPUTF8 BODY=8BITMIME", "RCPT TO:<a@b.test>",
            ],
            Server.Commands.Where(command => command.Contains(':')).Select(c => c.Replace("XN--", "xn--")));
    }

    [Theory]
    [InlineData("\"john doe\"@b.test")]
    [InlineData("\"a\\\"b\"@b.test")]
    [InlineData("a.b+c=d/e@b.test")]
    public async Task Writes_envelope_addresses_as_they_are(string address)
    {
        await _driver.SendAsync(address);

        Assert.Contains($"RCPT TO:<{address}>", Server.Commands);
    }

    [Fact]
    public async Task Encodes_an_eight_bit_body_for_a_server_without_8BITMIME()
    {
        Server.Offers = ["PIPELINING"];
        const string Mime = "From: a@a.test\r\nX-Kept: as is\r\nMIME-Version: 1.0\r\n"
            + "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nGrüße\r\n.\r\n";

        await _driver.SendAsync(RelayDriver.Message(Mime, "a@b.test"));

        var received = Server.Messages.Single();
        Assert.True(Ascii.IsValid(received));
        var text = Encoding.ASCII.GetString(received);
        Assert.StartsWith("Message-ID: <1@a.test>\r\nFrom: a@a.test\r\nX-Kept: as is\r\n", text);
        var parsed = await MimeMessage.LoadAsync(new MemoryStream(received));
        Assert.Equal("Grüße\r\n.\r\n", parsed.TextBody?.ReplaceLineEndings("\r\n"));
        Assert.DoesNotContain(Server.Commands, command => command.Contains("8BITMIME"));
    }

    [Fact]
    public async Task Encodes_raw_headers_for_a_server_without_SMTPUTF8()
    {
        Server.Offers = ["8BITMIME"];
        const string Mime = "From: a@a.test\r\nTo: Jörg <jörg@b.test>, Änne <x@b.test>\r\n"
            + "Subject: Grüße\r\n\r\ntext\r\n";

        var result = await _driver.SendAsync(RelayDriver.Message(Mime, "x@b.test"));

        Assert.Equal(RecipientResultKind.Delivered, result.Recipients[0].Kind);
        var received = Server.Messages.Single();
        Assert.True(Ascii.IsValid(received));
        var parsed = await MimeMessage.LoadAsync(new MemoryStream(received));
        Assert.Equal("Grüße", parsed.Subject);
        var group = Assert.IsType<GroupAddress>(parsed.To[0]);
        Assert.Equal(("Jörg", 0), (group.Name, group.Members.Count));
        Assert.Equal("Änne <x@b.test>", parsed.To[1].ToString().Replace("\"", ""));
        Assert.Equal("text\r\n", parsed.TextBody?.ReplaceLineEndings("\r\n"));
    }
}
