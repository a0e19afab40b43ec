using System.Net.Sockets;
using System.Text;

namespace MailApi.IntegrationTests.Smtp;

public sealed class ScriptedSmtpServerTests
{
    [Fact]
    public async Task Keeps_the_envelope_and_the_bytes_as_sent()
    {
        await using var server = await ScriptedSmtpServer.StartAsync();
        using var client = await RawSmtpClient.ConnectAsync(server);
        await client.ReplyAsync();
        await client.SayAsync("EHLO client.example");
        await client.SayAsync("MAIL FROM:<a@client.example> SIZE=12 BODY=8BITMIME SMTPUTF8");
        await client.SayAsync("RCPT TO:<zoë@client.example>");
        await client.SayAsync("DATA");
        Assert.StartsWith("250", await client.SayAsync("Subject: x\r\n\r\n..leading dot\r\n...two\r\nend ü\r\n."));

        var message = await server.WaitForMessageAsync(m => m.Sender == "a@client.example");

        Assert.Equal("Subject: x\r\n\r\n.leading dot\r\n..two\r\nend ü\r\n", message.Text);
        Assert.Equal(["zoë@client.example"], message.Recipients);
        Assert.Equal(("12", "8BITMIME", ""), (
            message.Parameters["size"], message.Parameters["BODY"], message.Parameters["SMTPUTF8"]));
        Assert.Null(message.Tls);
        Assert.Equal("x", message.Mime.Subject);
        Assert.Empty(server.Journal.Violations);
    }

    [Fact]
    public async Task Answers_pipelined_commands_in_order()
    {
        await using var server = await ScriptedSmtpServer.StartAsync();
        using var client = await RawSmtpClient.ConnectAsync(server);
        await client.ReplyAsync();
        await client.SayAsync("EHLO client.example");
        await client.SendAsync("MAIL FROM:<a@x.example>\r\nRCPT TO:<b@x.example>\r\nRCPT TO:<c@x.example>\r\nDATA\r\n");

        Assert.Equal("250 2.1.0", (await client.ReplyAsync())![..9]);
        Assert.Equal("250 2.1.5", (await client.ReplyAsync())![..9]);
        Assert.Equal("250 2.1.5", (await client.ReplyAsync())![..9]);
        Assert.StartsWith("354", await client.ReplyAsync());
        await client.SendAsync(".\r\nRSET\r\nQUIT\r\n");
        Assert.StartsWith("250", await client.ReplyAsync());
        Assert.StartsWith("250", await client.ReplyAsync());
        Assert.StartsWith("221", await client.ReplyAsync());
        Assert.Null(await client.ReplyAsync());

        Assert.Empty((await server.WaitForMessageAsync()).Bytes);
        Assert.Empty(server.Journal.Violations);
    }

    [Theory]
    [InlineData("a\nb\r\n.\r\n", "bare CR or LF")]
    [InlineData("a\rb\r\n.\r\n", "bare CR or LF")]
    [InlineData("a\n.\nMAIL FROM:<evil@x.example>\r\n.\r\n", "bare CR or LF")]
    [InlineData("a\r.\rb\r\n.\r\n", "bare CR or LF")]
    [InlineData("ü\r\n.\r\n", "8-bit content")]
    public async Task Notes_bad_content_and_is_not_fooled_by_it(string body, string violation)
    {
        await using var server = await ScriptedSmtpServer.StartAsync();
        using var client = await RawSmtpClient.ConnectAsync(server);
        await client.BeginMessageAsync();
        await client.SendAsync(body);
        Assert.StartsWith("250", await client.ReplyAsync());

        Assert.Contains(violation, Assert.Single(server.Journal.Violations));
        Assert.Equal(body[..^3], Assert.Single(server.Journal.Messages).Text);
        Assert.Equal(1, server.Journal.CountOf("MAIL"));
    }

    [Theory]
    [InlineData(998, 0)]
    [InlineData(999, 1)]
    public async Task Notes_lines_above_a_thousand_octets(int length, int violations)
    {
        await using var server = await ScriptedSmtpServer.StartAsync();
        using var client = await RawSmtpClient.ConnectAsync(server);
        await client.BeginMessageAsync();
        Assert.StartsWith("250", await client.SayAsync(new string('x', length) + "\r\n."));

        Assert.Equal(violations, server.Journal.Violations.Count);
    }

    [Fact]
    public async Task Notes_commands_sent_ahead_without_leave()
    {
        await using var server = await ScriptedSmtpServer.StartAsync(new SmtpScript { Capabilities = [] });
        using var client = await RawSmtpClient.ConnectAsync(server);
        await client.ReplyAsync();
        await client.SayAsync("EHLO client.example");
        await client.SendAsync("MAIL FROM:<a@x.example>\r\nRCPT TO:<b@x.example>\r\n");
        await client.ReplyAsync();
        await client.ReplyAsync();

        Assert.Contains("PIPELINING is not announced", Assert.Single(server.Journal.Violations));
    }

    [Fact]
    public async Task Reset_sends_RST_and_close_sends_FIN()
    {
        await using var server = await ScriptedSmtpServer.StartAsync(new SmtpScript
        {
            Noop = _ => Reply.Lines("250 last words").ThenReset(),
            Rset = _ => Reply.Lines("250 last words").ThenClose(),
        });
        using var reset = await RawSmtpClient.ConnectAsync(server);
        using var closed = await RawSmtpClient.ConnectAsync(server);
        await reset.ReplyAsync();
        await closed.ReplyAsync();

        Assert.Equal("250 last words", await reset.SayAsync("NOOP"));
        var exception = await Assert.ThrowsAsync<IOException>(reset.ReplyAsync);
        var reason = Assert.IsType<SocketException>(exception.InnerException);
        Assert.Equal(SocketError.ConnectionReset, reason.SocketErrorCode);
        Assert.Equal("250 last words", await closed.SayAsync("RSET"));
        Assert.Null(await closed.ReplyAsync());
    }

    [Fact]
    public async Task Drips_bytes()
    {
        await using var server = await ScriptedSmtpServer.StartAsync(new SmtpScript
        {
            Banner = _ => Reply.Lines("220 slow").Dripping(TimeSpan.FromMilliseconds(20)),
        });
        using var client = await RawSmtpClient.ConnectAsync(server);
        var buffer = new byte[100];
        var reads = 0;
        var text = new StringBuilder();
        while (!text.ToString().EndsWith('\n'))
        {
            text.Append(Encoding.ASCII.GetString(buffer, 0, await client.Stream.ReadAsync(buffer)));
            reads++;
        }

        Assert.Equal("220 slow\r\n", text.ToString());
        Assert.True(reads > 3, $"{reads} reads");
    }

    [Fact]
    public async Task Sends_an_endless_line_to_who_keeps_reading()
    {
        await using var server = await ScriptedSmtpServer.StartAsync(SmtpFaultScripts.All["ehlo-no-crlf-1GB"]());
        using var client = await RawSmtpClient.ConnectAsync(server);
        await client.ReplyAsync();
        await client.SendAsync("EHLO client.example\r\n");
        var buffer = new byte[1 << 20];
        long received = 0;
        while (received < 50 << 20)
        {
            var length = await client.Stream.ReadAsync(buffer);
            Assert.True(length > 0);
            Assert.DoesNotContain((byte)'\n', buffer[..length]);
            received += length;
        }

        client.Dispose();
        await server.Journal.WaitUntilAsync(j => j.OpenConnections == 0, TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Plays_another_script_from_the_next_command_on()
    {
        await using var server = await ScriptedSmtpServer.StartAsync(new SmtpScript { Noop = _ => "450 no" });
        using var client = await RawSmtpClient.ConnectAsync(server);
        await client.ReplyAsync();

        Assert.Equal("450 no", await client.SayAsync("NOOP"));
        await server.PlayAsync(new SmtpScript());
        Assert.StartsWith("250", await client.SayAsync("NOOP"));
    }

    [Theory]
    [InlineData("connect-refused")]
    [InlineData("connect-blackhole")]
    public async Task Takes_connections_after_it_refused_them(string row)
    {
        await using var server = await ScriptedSmtpServer.StartAsync(SmtpFaultScripts.All[row]());

        await server.PlayAsync(new SmtpScript());

        using var client = await RawSmtpClient.ConnectAsync(server);
        Assert.StartsWith("220", await client.ReplyAsync());
        Assert.Equal(1, server.Journal.ConnectionCount);
    }

    [Fact]
    public async Task Says_what_it_saw_when_a_wait_is_in_vain()
    {
        await using var server = await ScriptedSmtpServer.StartAsync();
        using var client = await RawSmtpClient.ConnectAsync(server);
        await client.ReplyAsync();
        await client.SayAsync("NOOP hello");

        var exception = await Assert.ThrowsAsync<TimeoutException>(
            () => server.WaitForMessageAsync(timeout: TimeSpan.FromMilliseconds(50)));

        Assert.Contains("1:NOOP hello", exception.Message);
    }
}
