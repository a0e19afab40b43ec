using System.Text;
using MailApi.Core.Domain;
using MailApi.Core.Smtp;

namespace MailApi.Tests.Smtp;

public sealed class RelayTests : IAsyncDisposable
{
    private readonly RelayDriver _driver = new();

    private LineServer Server => _driver.Server;

    public ValueTask DisposeAsync() => _driver.DisposeAsync();

    [Fact]
    public async Task Gives_each_recipient_an_outcome_of_its_own()
    {
        Server.Answer = command => command switch
        {
            "RCPT TO:<b@b.test>" => "550 5.1.1 unknown",
            "RCPT TO:<c@b.test>" => "450-4.2.0 wait\r\n450 4.2.0 a little",
            _ => LineServer.Ordinary(command),
        };

        var result = await _driver.SendAsync("a@b.test", "b@b.test", "c@b.test");

        Assert.Equal(
            [RecipientResultKind.Delivered, RecipientResultKind.Bounced, RecipientResultKind.Deferred],
            result.Recipients.Select(r => r.Kind));
        Assert.Equal(new SmtpReply(550, "5.1.1", "550 5.1.1 unknown"), result.Recipients[1].Reply);
        Assert.Equal(BounceClass.Hard, result.Recipients[1].Bounce?.Class);
        Assert.Equal("450-4.2.0 wait\n450 4.2.0 a little", result.Recipients[2].Reply?.Response);
        Assert.False(result.RelayTrouble);
        Assert.Equal("127.0.0.1", result.Ip);
        Assert.Single(Server.Messages);
    }

    [Fact]
    public async Task Reuses_one_session()
    {
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(RecipientResultKind.Delivered, (await _driver.SendAsync("a@b.test")).Recipients[0].Kind);
        }

        Assert.Equal(1, Server.Connections);
        Assert.Equal(1, _driver.Relay.OpenSessions);
        Assert.Equal(3, Server.Messages.Count);
    }

    [Fact]
    public async Task Opens_another_session_after_so_many_messages()
    {
        _driver.Options.MessagesPerConnection = 2;
        for (var i = 0; i < 3; i++)
        {
            await _driver.SendAsync("a@b.test");
        }

        Assert.Equal(2, Server.Connections);
    }

    [Fact]
    public async Task Replaces_a_session_that_died_at_rest()
    {
        await _driver.SendAsync("a@b.test");
        Server.HangUp();

        var result = await _driver.SendAsync("a@b.test");

        Assert.Equal(RecipientResultKind.Delivered, result.Recipients[0].Kind);
        Assert.Equal(2, Server.Messages.Count);
    }

    [Theory]
    [InlineData("421 4.3.2 going down")]
    [InlineData(null)]
    public async Task Tries_a_fresh_session_when_a_used_one_is_closed_at_MAIL(string? answer)
    {
        await _driver.SendAsync("a@b.test");
        var mails = 0;
        Server.Answer = command => command.StartsWith("MAIL", StringComparison.Ordinal) && mails++ == 0
            ? answer
            : LineServer.Ordinary(command);

        var result = await _driver.SendAsync("a@b.test");

        Assert.Equal(RecipientResultKind.Delivered, result.Recipients[0].Kind);
        Assert.Equal(2, Server.Connections);
    }

    [Fact]
    public async Task Sends_no_DATA_when_all_recipients_are_refused()
    {
        Server.Answer = command => command.StartsWith("RCPT", StringComparison.Ordinal)
            ? "550 5.1.1 unknown"
            : LineServer.Ordinary(command);

        var result = await _driver.SendAsync("a@b.test", "b@b.test");

        Assert.All(result.Recipients, r => Assert.Equal(RecipientResultKind.Bounced, r.Kind));
        Assert.DoesNotContain("DATA", Server.Commands);
        Assert.False(result.Ambiguous);
    }

    [Theory]
    [InlineData("452 4.5.3 too many recipients")]
    [InlineData("452 too many recipients")]
    [InlineData("552 too many recipients")]
    public async Task Sends_the_rest_in_another_transaction(string refusal)
    {
        var accepted = 0;
        Server.Answer = command =>
        {
            accepted = command.StartsWith("MAIL", StringComparison.Ordinal) ? 0 : accepted;
            return command.StartsWith("RCPT", StringComparison.Ordinal) && accepted++ >= 2
                ? refusal
                : LineServer.Ordinary(command);
        };

        var result = await _driver.SendAsync("a@b.test", "b@b.test", "c@b.test", "d@b.test", "e@b.test");

        Assert.Equal(5, result.Recipients.Count(r => r.Kind == RecipientResultKind.Delivered));
        Assert.Equal(3, Server.Messages.Count);
    }

    [Theory]
    [InlineData("MAIL", "550 5.7.1 no", RecipientResultKind.Bounced, false)]
    [InlineData("MAIL", "450 4.7.1 wait", RecipientResultKind.Deferred, false)]
    [InlineData("MAIL", "530 5.7.0 STARTTLS first", RecipientResultKind.Deferred, true)]
    [InlineData("MAIL", "503 5.5.1 sequence", RecipientResultKind.Deferred, false)]
    [InlineData("RCPT", "454 4.7.1 relay access denied", RecipientResultKind.Deferred, true)]
    [InlineData("DATA", "451 4.3.0 later", RecipientResultKind.Deferred, false)]
    [InlineData("DATA", "552 5.3.4 too big", RecipientResultKind.Bounced, false)]
    [InlineData(".", "550 5.7.1 spam", RecipientResultKind.Bounced, false)]
    [InlineData(".", "451 4.3.0 later", RecipientResultKind.Deferred, false)]
    [InlineData(".", "421 4.3.2 later", RecipientResultKind.Deferred, true)]
    public async Task Tells_refusals_by_their_place_and_code(
        string at, string answer, RecipientResultKind expected, bool trouble)
    {
        Server.Answer = command => command.StartsWith(at, StringComparison.Ordinal)
            ? answer
            : LineServer.Ordinary(command);

        var result = await _driver.SendAsync("a@b.test");

        Assert.Equal(expected, result.Recipients[0].Kind);
        Assert.Equal(answer, result.Recipients[0].Reply?.Response);
        Assert.Equal(trouble, result.RelayTrouble);
        Assert.Equal(trouble, _driver.Relay.LastTrouble is not null);
        Assert.False(result.Ambiguous);
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("299 what", 299)]
    [InlineData("999 what", 999)]
    [InlineData("25", null)]
    [InlineData("\r\n", null)]
    [InlineData("250-ok\r\n550 no", null)]
    public async Task Knows_nothing_when_the_dot_has_no_clear_answer(string? answer, int? code)
    {
        Server.Answer = command => command == "." ? answer : LineServer.Ordinary(command);

        var result = await _driver.SendAsync("a@b.test");

        Assert.Equal(RecipientResultKind.Deferred, result.Recipients[0].Kind);
        Assert.True(result.Ambiguous);
        Assert.Equal(code, result.Recipients[0].Reply?.Code);
    }

    [Theory]
    [InlineData("MAIL")]
    [InlineData("RCPT")]
    [InlineData("DATA")]
    public async Task Is_certain_that_nothing_was_taken_before_the_dot(string at)
    {
        Server.Answer = command => command.StartsWith(at, StringComparison.Ordinal)
            ? null
            : LineServer.Ordinary(command);

        var result = await _driver.SendAsync("a@b.test");

        Assert.Equal(RecipientResultKind.Deferred, result.Recipients[0].Kind);
        Assert.NotNull(result.Recipients[0].Reason);
        Assert.False(result.Ambiguous);
    }

    [Fact]
    public async Task Never_uses_a_session_again_that_said_more_than_it_was_asked()
    {
        Server.Answer = command => command == "." ? "250 one\r\n250 two" : LineServer.Ordinary(command);

        await _driver.SendAsync("a@b.test");
        await _driver.SendAsync("a@b.test");

        Assert.Equal(2, Server.Connections);
        Assert.Equal(2, Server.Messages.Count);
    }

    [Theory]
    [InlineData("MAIL", "550 5.7.1 no", 1)]
    [InlineData("RCPT", "550 5.1.1 no", 1)]
    [InlineData("DATA", "451 4.3.0 no", 1)]
    [InlineData(".", "550 5.7.1 no", 1)]
    [InlineData("RCPT", "421 4.3.2 closing", 2)]
    [InlineData(".", "421 4.3.2 closing", 2)]
    public async Task Goes_on_with_the_session_after_a_refusal(string at, string answer, int connections)
    {
        var answered = 0;
        Server.Answer = command => command.StartsWith(at, StringComparison.Ordinal) && answered++ == 0
            ? answer
            : LineServer.Ordinary(command);

        await _driver.SendAsync("a@b.test");
        var result = await _driver.SendAsync("a@b.test");

        Assert.Equal(RecipientResultKind.Delivered, result.Recipients[0].Kind);
        Assert.Equal(connections, Server.Connections);
    }

    [Fact]
    public async Task Asks_once_for_two_spellings_of_a_mailbox()
    {
        var result = await _driver.SendAsync("a@b.test", "A@b.test");

        Assert.Equal(["a@b.test", "A@b.test"], result.Recipients.Select(r => r.Recipient.ToString()));
        Assert.All(result.Recipients, r => Assert.Equal(RecipientResultKind.Delivered, r.Kind));
    }

    [Fact]
    public async Task Breaks_off_when_cancelled()
    {
        using var cancel = new CancellationTokenSource();
        Server.Answer = command =>
        {
            if (command == "DATA")
            {
                cancel.Cancel();
                return "";
            }

            return LineServer.Ordinary(command);
        };
        var message = RelayDriver.Message("Subject: x\r\n\r\n", "a@b.test");

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _driver.Relay.SendAsync(message, cancel.Token));

        Assert.Equal(0, _driver.Relay.OpenSessions);
    }

    [Fact]
    public async Task Keeps_every_byte_of_the_message()
    {
        var body = new StringBuilder();
        for (var i = 0; i < 4000; i++)
        {
            body.Append('.', i % 4).Append(i % 7 == 0 ? "" : $"line {i} ü").Append("\r\n");
        }

        var message = RelayDriver.Message($"Subject: dots\r\n\r\n.\r\n{body}", "a@b.test");
        await _driver.SendAsync(message);

        Assert.Equal(
            Encoding.UTF8.GetString([.. message.Prefix.Span, .. message.Mime.Span]),
            Encoding.UTF8.GetString(Server.Messages.Single()));
        Assert.Contains("MAIL FROM:<sender@a.test> BODY=8BITMIME", Server.Commands);
    }

    [Fact]
    public async Task Ends_lines_with_CRLF_whatever_is_stored()
    {
        await _driver.SendAsync(RelayDriver.Message("Subject: x\r\n\r\na\n.\nb\r.\r\rc", "a@b.test"));

        Assert.Equal(
            "Message-ID: <1@a.test>\r\nSubject: x\r\n\r\na\r\n.\r\nb\r\n.\r\n\r\nc\r\n",
            Encoding.UTF8.GetString(Server.Messages.Single()));
    }
}
