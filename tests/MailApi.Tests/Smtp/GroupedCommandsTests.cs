using System.Net;
using System.Net.Sockets;
using System.Text;
using MailApi.Core.Smtp;

namespace MailApi.Tests.Smtp;

/// <summary>
/// MAIL, RCPT and DATA leave together where the server announces PIPELINING (RFC 2920) and has accepted somebody before.
/// </summary>
public sealed class GroupedCommandsTests : IAsyncDisposable
{
    private readonly RelayDriver _driver = new();

    private LineServer Server => _driver.Server;

    public ValueTask DisposeAsync() => _driver.DisposeAsync();

    /// <param name="piece">Octets of the replies that leave at once.</param>
    [Theory]
    [InlineData(1)]
    [InlineData(11)]
    [InlineData(1000)]
    public async Task Does_not_wait_for_a_reply_before_DATA(int piece)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        _driver.Options.Port = ((IPEndPoint)listener.LocalEndpoint).Port;

        // Were it to wait, both would.
        _driver.Options.CommandTimeout = TimeSpan.FromSeconds(5);
        var serving = ServeAsync(listener, piece, messages: 3);

        for (var i = 0; i < 3; i++)
        {
            var result = await _driver.SendAsync("a@b.test", "b@b.test");
            Assert.All(result.Recipients, r => Assert.Equal(RecipientResultKind.Delivered, r.Kind));
        }

        await serving;
    }

    [Theory]
    [InlineData("RCPT", "550 5.1.1 unknown", "354 go on")]
    [InlineData("RCPT", "550-5.1.1 unknown\r\n550 5.1.1 here", "354-go\r\n354 on")]
    [InlineData("RCPT", "550 5.1.1 unknown", "554 5.5.1 no valid recipients")]
    [InlineData("RCPT", "451 4.3.0 later", "503-5.5.1 RCPT\r\n503 5.5.1 first")]
    [InlineData("MAIL", "550 5.7.1 not you", "503 5.5.1 RCPT first")]
    public async Task Sends_nobody_a_message_that_all_were_refused(string refused, string refusal, string reply)
    {
        await _driver.SendAsync("before@b.test");
        var refuses = true;
        Server.Answer = command =>
            !refuses ? LineServer.Ordinary(command)
            : command.StartsWith(refused, StringComparison.Ordinal) ? refusal
            : command.StartsWith("RCPT", StringComparison.Ordinal) ? "503 5.5.1 MAIL first"
            : command == "DATA" ? reply
            : command == "." ? "554 5.5.1 no valid recipients"
            : LineServer.Ordinary(command);

        var result = await _driver.SendAsync("a@b.test", "b@b.test");
        var again = await _driver.SendAsync("b@b.test");
        refuses = false;
        var next = await _driver.SendAsync("c@b.test");

        Assert.All(result.Recipients.Concat(again.Recipients), r =>
        {
            Assert.NotEqual(RecipientResultKind.Delivered, r.Kind);
            Assert.Equal(refusal[..3], r.Reply?.Code.ToString(provider: null));
        });
        Assert.False(result.Ambiguous);
        Assert.Equal(RecipientResultKind.Delivered, next.Recipients[0].Kind);
        Assert.Equal(1, Server.Connections);
        Assert.All(Server.Messages.Skip(1).SkipLast(1), Assert.Empty);
        Assert.NotEmpty(Server.Messages.Last());

        // Before, with the first that was refused, and after; the second that was refused is refused in time.
        Assert.Equal(3, Server.Commands.Count(command => command == "DATA"));
    }

    [Fact]
    public async Task Sends_the_message_to_those_who_were_not_refused()
    {
        await _driver.SendAsync("before@b.test");
        Server.Answer = command => command.StartsWith("RCPT TO:<a@", StringComparison.Ordinal)
            ? "550 5.1.1 unknown"
            : LineServer.Ordinary(command);

        var result = await _driver.SendAsync("a@b.test", "b@b.test");

        Assert.Equal(
            [RecipientResultKind.Bounced, RecipientResultKind.Delivered], result.Recipients.Select(r => r.Kind));
        Assert.Equal(2, Server.Messages.Count);
        Assert.Equal(2, Server.Commands.Count(command => command == "DATA"));
    }

    [Fact]
    public async Task A_server_that_closes_instead_of_refusing_DATA_too_has_still_refused_the_recipients()
    {
        await _driver.SendAsync("before@b.test");
        Server.Answer = command => command.StartsWith("RCPT", StringComparison.Ordinal) ? "550 5.1.1 unknown"
            : command == "DATA" ? null
            : LineServer.Ordinary(command);

        var result = await _driver.SendAsync("a@b.test");
        Server.Answer = LineServer.Ordinary;
        var next = await _driver.SendAsync("b@b.test");

        Assert.Equal(RecipientResultKind.Bounced, result.Recipients[0].Kind);
        Assert.False(result.Ambiguous);
        Assert.Equal(RecipientResultKind.Delivered, next.Recipients[0].Kind);
    }

    /// <summary>From the second message on: answers nothing until DATA is there, and then everything.</summary>
    private static async Task ServeAsync(TcpListener listener, int piece, int messages)
    {
        using var client = await listener.AcceptTcpClientAsync();
        client.NoDelay = true;
        var stream = client.GetStream();
        await SayAsync("220 test\r\n");
        await HearAsync("EHLO client.test\r\n");
        await SayAsync("250-test\r\n250 PIPELINING\r\n");
        for (var i = 0; i < messages; i++)
        {
            const string Welcome = "250-2.1.0 from\r\n250 2.1.0 there\r\n250 2.1.5 fine\r\n250 2.1.5 fine\r\n";
            if (i == 0)
            {
                await HearAsync("RCPT TO:<b@b.test>\r\n");
                await SayAsync(Welcome);
            }

            await HearAsync("DATA\r\n");
            await SayAsync($"{(i == 0 ? "" : Welcome)}354 go on\r\n");
            await HearAsync("\r\n.\r\n");
            await SayAsync("250 2.0.0 taken\r\n");
        }

        async Task SayAsync(string text)
        {
            for (var rest = Encoding.ASCII.GetBytes(text).AsMemory(); !rest.IsEmpty; rest = rest[Math.Min(piece, rest.Length)..])
            {
                await stream.WriteAsync(rest[..Math.Min(piece, rest.Length)]);
            }
        }

        async Task HearAsync(string end)
        {
            var heard = new StringBuilder();
            var buffer = new byte[4096];
            while (!heard.ToString().EndsWith(end, StringComparison.Ordinal))
            {
                var count = await stream.ReadAsync(buffer);
                Assert.NotEqual(0, count);
                heard.Append(Encoding.ASCII.GetString(buffer, 0, count));
            }
        }
    }
}
