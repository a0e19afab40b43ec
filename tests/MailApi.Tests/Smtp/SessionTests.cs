using System.Diagnostics;
using MailApi.Core.Smtp;
using Microsoft.Extensions.Time.Testing;

namespace MailApi.Tests.Smtp;

/// <summary>Greeting, sign-in, time limits and the number of sessions.</summary>
public sealed class SessionTests : IAsyncDisposable
{
    private readonly RelayDriver _driver = new();

    private LineServer Server => _driver.Server;

    public ValueTask DisposeAsync() => _driver.DisposeAsync();

    [Theory]
    [InlineData("554 5.3.2 go away", "The server's greeting refused us: 554 5.3.2.")]
    [InlineData("421 busy", "The server's greeting refused us: 421.")]
    [InlineData("SSH-2.0-OpenSSH", "The server's answer during the greeting is not an SMTP reply.")]
    public async Task Defers_when_the_greeting_is_none(string greeting, string reason)
    {
        Server.Greeting = greeting;

        var result = await _driver.SendAsync("a@b.test");

        AssertTrouble(result, reason);
    }

    [Theory]
    [InlineData("220-first\r\n220 second")]
    [InlineData("220")]
    public async Task Takes_odd_greetings(string greeting)
    {
        Server.Greeting = greeting;

        Assert.Equal(RecipientResultKind.Delivered, (await _driver.SendAsync("a@b.test")).Recipients[0].Kind);
    }

    [Fact]
    public async Task Says_HELO_to_a_server_that_does_not_know_EHLO()
    {
        Server.Answer = command => command.StartsWith("EHLO", StringComparison.Ordinal)
            ? "500 what"
            : LineServer.Ordinary(command);

        Assert.Equal(RecipientResultKind.Delivered, (await _driver.SendAsync("a@b.test")).Recipients[0].Kind);
        Assert.Contains("HELO client.test", Server.Commands);
    }

    [Fact]
    public async Task Cuts_off_a_reply_without_end()
    {
        Server.Answer = command => command.StartsWith("EHLO", StringComparison.Ordinal)
            ? string.Join("\r\n", Enumerable.Range(0, 10_000).Select(i => $"250-X{i}")) + "\r\n250 HELP"
            : LineServer.Ordinary(command);

        AssertTrouble(
            await _driver.SendAsync("a@b.test"), "The server's reply has no end: cut off after 65536 bytes.");
    }

    [Fact]
    public async Task Cuts_off_a_line_without_end()
    {
        Server.Answer = command => command.StartsWith("MAIL", StringComparison.Ordinal)
            ? "250 " + new string('x', 1_000_000)
            : LineServer.Ordinary(command);

        var result = await _driver.SendAsync("a@b.test");

        Assert.Equal(RecipientResultKind.Deferred, result.Recipients[0].Kind);
        Assert.Contains("cut off", result.Recipients[0].Reason);
    }

    [Fact]
    public async Task Demands_STARTTLS_when_told_to()
    {
        _driver.Options.Security = RelaySecurity.StartTls;

        AssertTrouble(
            await _driver.SendAsync("a@b.test"),
            "The server does not offer STARTTLS, which Relays:main:Security demands.");
        Assert.Equal(["EHLO client.test"], Server.Commands);
    }

    [Fact]
    public async Task Never_sends_a_password_in_clear()
    {
        (_driver.Options.Username, _driver.Options.Password) = ("user", "secret");
        _driver.Options.Security = RelaySecurity.Opportunistic;
        Server.Offers = ["AUTH PLAIN LOGIN"];

        AssertTrouble(
            await _driver.SendAsync("a@b.test"),
            "The session is not encrypted, so the password of Relays:main:Username was not sent.");
        Assert.DoesNotContain(Server.Commands, command => command.StartsWith("AUTH", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Sends_a_password_in_clear_when_the_setting_says_so()
    {
        (_driver.Options.Username, _driver.Options.Password) = ("user", "secret");
        _driver.Options.AllowCleartextPassword = true;
        Server.Offers = ["AUTH LOGIN PLAIN"];
        Server.Answer = command => command == "AUTH PLAIN AHVzZXIAc2VjcmV0"
            ? "235 2.7.0 fine"
            : LineServer.Ordinary(command);

        Assert.Equal(RecipientResultKind.Delivered, (await _driver.SendAsync("a@b.test")).Recipients[0].Kind);
    }

    [Theory]
    [InlineData("535 5.7.8 wrong")]
    [InlineData("454 4.7.0 later")]
    public async Task Blames_the_setting_when_sign_in_fails(string answer)
    {
        (_driver.Options.Username, _driver.Options.Password) = ("user", "secret");
        Server.Offers = ["AUTH CRAM-MD5"];
        Server.Answer = command => command == "AUTH CRAM-MD5" ? "334 PDEyM0B0ZXN0Pg=="
            : LineServer.Ordinary(command) == "250 2.0.0 fine" && !command.Contains(' ') && command.Length > 10 ? answer
            : LineServer.Ordinary(command);

        var result = await _driver.SendAsync("a@b.test");

        AssertTrouble(result, $"The server refused Relays:main:Username and its password: {answer[..9]}.");
        Assert.Equal(answer, result.Recipients[0].Reply?.Response);
    }

    [Fact]
    public async Task Says_so_when_no_sign_in_is_offered()
    {
        (_driver.Options.Username, _driver.Options.Password) = ("user", "secret");
        _driver.Options.AllowCleartextPassword = true;

        AssertTrouble(
            await _driver.SendAsync("a@b.test"),
            "The server offers no way to sign in that Relays:main:Auth permits.");
    }

    [Theory]
    [InlineData("EHLO", "The server did not complete EHLO within 7 s.", false)]
    [InlineData("RCPT", "The server did not complete MAIL and RCPT within 7 s.", false)]
    [InlineData("DATA", "The server did not complete DATA within 8 s.", false)]
    [InlineData(".", "The server did not complete the reply to the final dot within 9 s.", true)]
    public async Task Gives_each_phase_its_time(string at, string reason, bool ambiguous)
    {
        var time = new FakeTimeProvider();
        var silent = new TaskCompletionSource();
        var isSilent = false;
        _driver.Time = time;
        _driver.Options.CommandTimeout = TimeSpan.FromSeconds(7);
        _driver.Options.DataBlockTimeout = TimeSpan.FromHours(1);
        _driver.Options.DataInitiationTimeout = TimeSpan.FromSeconds(8);
        _driver.Options.DataTerminationTimeout = TimeSpan.FromSeconds(9);
        Server.Answer = command =>
        {
            isSilent |= command.StartsWith(at, StringComparison.Ordinal);
            if (!isSilent)
            {
                return LineServer.Ordinary(command);
            }

            silent.TrySetResult();
            return "";
        };

        var sending = _driver.SendAsync("a@b.test");
        await silent.Task;
        var watch = Stopwatch.StartNew();
        while (!sending.IsCompleted && watch.Elapsed < TimeSpan.FromSeconds(10))
        {
            // The server sees the dot a moment before its time starts to run here.
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(sending, Task.Delay(1));
        }

        var result = await sending;
        Assert.Equal(reason, result.Recipients[0].Reason);
        Assert.Equal(ambiguous, result.Ambiguous);
    }

    [Fact]
    public async Task Leaves_a_server_that_stops_reading()
    {
        var stall = new TaskCompletionSource();
        Server.ReadsMessages = stall.Task;
        _driver.Options.DataBlockTimeout = TimeSpan.FromMilliseconds(200);
        var mime = "Subject: x\r\n\r\n" + string.Concat(Enumerable.Repeat("xxxxxxxx\r\n", 2_000_000));

        var result = await _driver.SendAsync(RelayDriver.Message(mime, "a@b.test"));
        stall.SetResult();

        Assert.Equal("The server did not take the message: no block was read for 0.2 s.", result.Recipients[0].Reason);
        Assert.False(result.Ambiguous);
    }

    [Theory]
    [InlineData("334 !!!")]
    [InlineData("334")]
    [InlineData("334 AAAA\r\n334 AAAA")]
    public async Task Defers_when_the_challenge_is_nonsense(string challenge)
    {
        (_driver.Options.Username, _driver.Options.Password) = ("user", "secret");
        Server.Offers = ["AUTH SCRAM-SHA-256"];
        Server.Answer = command => command.StartsWith("AUTH", StringComparison.Ordinal) || command is "" or "*"
            ? challenge
            : LineServer.Ordinary(command);

        var result = await _driver.SendAsync("a@b.test");

        Assert.True(result.RelayTrouble);
        Assert.Equal(RecipientResultKind.Deferred, result.Recipients[0].Kind);
    }

    [Fact]
    public async Task Learns_how_many_sessions_the_server_bears()
    {
        var standing = 0;
        Server.Answer = command => command.StartsWith("EHLO", StringComparison.Ordinal)
            && Interlocked.Increment(ref standing) > 2 ? null : LineServer.Ordinary(command);

        var results = await Task.WhenAll(Enumerable.Range(0, 30).Select(i => _driver.SendAsync($"r{i}@b.test")));

        Assert.All(results, r => Assert.Equal(RecipientResultKind.Delivered, r.Recipients[0].Kind));
        Assert.Equal(2, _driver.Relay.OpenSessions);
        Assert.Null(_driver.Relay.LastTrouble);
    }

    [Fact]
    public async Task Never_has_more_sessions_than_it_may()
    {
        _driver.Options.MaxConnections = 3;

        await Task.WhenAll(Enumerable.Range(0, 50).Select(i => _driver.SendAsync($"r{i}@b.test")));

        Assert.InRange(Server.Connections, 1, 3);
        Assert.Equal(50, Server.Messages.Count);
    }

    [Fact]
    public async Task Closes_sessions_at_rest_with_QUIT()
    {
        var time = new FakeTimeProvider();
        var quit = new TaskCompletionSource();
        _driver.Time = time;
        Server.Answer = command =>
        {
            if (command == "QUIT")
            {
                quit.TrySetResult();
            }

            return LineServer.Ordinary(command);
        };
        await _driver.SendAsync("a@b.test");

        time.Advance(TimeSpan.FromSeconds(40));

        await quit.Task.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(0, _driver.Relay.OpenSessions);
    }

    [Fact]
    public async Task Pauses_a_relay_that_cannot_be_reached_and_recovers()
    {
        var time = new FakeTimeProvider();
        _driver.Time = time;
        Server.Greeting = "421 busy";
        await _driver.SendAsync("a@b.test");
        var first = time.GetUtcNow();
        Assert.True(_driver.Relay.IsPaused(first));
        Assert.False(_driver.Relay.IsPaused(first.AddSeconds(1)));

        time.Advance(TimeSpan.FromSeconds(1));
        await _driver.SendAsync("a@b.test");
        Assert.True(_driver.Relay.IsPaused(first.AddSeconds(2.9)));
        Assert.Equal(first, _driver.Relay.LastTrouble?.Since);

        Server.Greeting = "220 fine";
        await _driver.SendAsync("a@b.test");
        Assert.False(_driver.Relay.IsPaused(time.GetUtcNow()));
        Assert.Null(_driver.Relay.LastTrouble);
    }

    [Fact]
    public async Task Says_that_nothing_listens()
    {
        _driver.Options.Port = _driver.Server.Port;
        await _driver.Server.DisposeAsync();

        var result = await _driver.SendAsync("a@b.test");

        AssertTrouble(result, $"The connection to 127.0.0.1:{_driver.Options.Port} failed: connection refused.");
    }

    [Fact]
    public async Task Spaces_messages_by_the_rate()
    {
        var time = new FakeTimeProvider();
        _driver.Time = time;
        _driver.Options.RateLimit = 2;
        await _driver.SendAsync("a@b.test");

        var second = _driver.SendAsync("a@b.test");
        time.Advance(TimeSpan.FromMilliseconds(499));
        Assert.False(second.IsCompleted);
        Assert.Single(Server.Messages);
        time.Advance(TimeSpan.FromMilliseconds(1));
        await second;

        Assert.Equal(2, Server.Messages.Count);
    }

    private static void AssertTrouble(RelayResult result, string reason)
    {
        Assert.Equal(RecipientResultKind.Deferred, result.Recipients[0].Kind);
        Assert.Equal(reason, result.Recipients[0].Reason);
        Assert.True(result.RelayTrouble);
        Assert.False(result.Ambiguous);
    }
}
