namespace MailApi.IntegrationTests.Smtp;

/// <summary>What each script does to a plain MailKit client proves that it plays its row.</summary>
public sealed class SmtpFaultScriptsTests
{
    /// <summary>Rows that a client leaves only by running out of patience.</summary>
    private static readonly string[] Silent =
    [
        "connect-blackhole", "banner-never", "tls-hang", "data-354-never", "data-stall", "quit-no-answer",
        "pipelining-broken",
    ];

    [Theory]
    [InlineData("connect-refused", "Socket", 0)]
    [InlineData("connect-blackhole", "timeout", 0)]
    [InlineData("banner-never", "timeout", 0)]
    [InlineData("banner-554", "554", 0)]
    [InlineData("banner-421", "421", 0)]
    [InlineData("banner-multiline", "delivered", 1)]
    [InlineData("banner-garbage", "SmtpProtocol", 0)]
    [InlineData("banner-slow-bytes", "delivered", 1)]
    [InlineData("ehlo-500", "delivered", 1)]
    [InlineData("ehlo-421", "SmtpProtocol", 0)]
    [InlineData("ehlo-huge", "delivered", 1)]
    [InlineData("starttls-refused", "454", 0)]
    [InlineData("starttls-stripped", "delivered", 1)]
    [InlineData("starttls-inject", "delivered", 1)]
    [InlineData("tls-expired", "SslHandshake", 0)]
    [InlineData("tls-wrong-host", "SslHandshake", 0)]
    [InlineData("tls-self-signed", "SslHandshake", 0)]
    [InlineData("tls-1.0-only", "SslHandshake", 0)]
    [InlineData("tls-hang", "SslHandshake", 0)]
    [InlineData("tls-close-mid", "SslHandshake", 0)]
    [InlineData("auth-535", "Authentication", 0)]
    [InlineData("auth-454", "Authentication", 0)]
    [InlineData("auth-mech-none", "NotSupported", 0)]
    [InlineData("mail-450", "450", 0)]
    [InlineData("mail-452-4.3.1", "452", 0)]
    [InlineData("mail-550-5.7.1", "550", 0)]
    [InlineData("mail-530", "ServiceNotAuthenticated", 0)]
    [InlineData("rcpt-450-greylist", "450", 0)]
    [InlineData("rcpt-451", "451", 0)]
    [InlineData("rcpt-452-too-many", "delivered", 1)]
    [InlineData("rcpt-550-5.1.1", "550", 0)]
    [InlineData("rcpt-552-5.2.2", "552", 0)]
    [InlineData("rcpt-550-no-code", "550", 0)]
    [InlineData("rcpt-partial", "delivered", 1)]
    [InlineData("rcpt-251", "delivered", 1)]
    [InlineData("rcpt-all-rejected-then-DATA", "550", 0)]
    [InlineData("data-354-never", "timeout", 0)]
    [InlineData("data-451", "451", 0)]
    [InlineData("data-552-size", "552", 0)]
    [InlineData("data-stall", "timeout", 0)]
    [InlineData("data-rst-mid", "IO", 0)]
    [InlineData("data-fin-mid", "SmtpProtocol", 0)]
    [InlineData("dot-drop", "SmtpProtocol", 0, 1)]
    [InlineData("dot-stored-drop", "SmtpProtocol", 1)]
    [InlineData("dot-250-slow", "delivered", 1)]
    [InlineData("dot-451", "451", 0, 1)]
    [InlineData("dot-550-spam", "550", 0, 1)]
    [InlineData("dot-250-lying", "delivered", 1)]
    [InlineData("dot-421", "421", 0, 1)]
    [InlineData("dot-wrong-code", "299", 0, 1)]
    [InlineData("dot-multiline-mixed", "SmtpProtocol", 0, 1)]
    [InlineData("quit-no-answer", "delivered", 1)]
    [InlineData("quit-rst", "delivered", 1)]
    [InlineData("conn-reuse-dead", "delivered", 1)]
    [InlineData("conn-limit", "delivered", 1)]
    [InlineData("rate-limit", "delivered", 1)]
    [InlineData("pipelining-broken", "timeout", 0)]
    [InlineData("8bit-not-offered", "delivered", 1)]
    [InlineData("smtputf8-not-offered", "delivered", 1)]
    [InlineData("size-announced", "552", 0)]
    public async Task Plays(string row, string outcome, int kept, int lost = 0)
    {
        await using var server = await ScriptedSmtpServer.StartAsync(SmtpFaultScripts.All[row]());
        var size = row == "data-stall" ? 16 << 20 : 20_000;
        var patience = TimeSpan.FromSeconds(Silent.Contains(row) ? 1 : 20);

        Assert.Equal(outcome, await TestSend.RunAsync(server, size, patience));

        Assert.Equal((kept, lost), (server.Journal.Messages.Count, server.Journal.Lost.Count));
        Assert.Empty(server.Journal.Violations);
    }

    /// <summary>Rows from the first one that needs DNS are played elsewhere.</summary>
    [Fact]
    public void Has_a_script_for_every_row_of_the_table()
    {
        var rows = File.ReadLines(TestData.Require("smtp-faults.tsv")).Skip(1).Select(l => l.Split('\t')[0])
            .TakeWhile(id => !id.StartsWith("mx-", StringComparison.Ordinal));

        Assert.Equal(rows, SmtpFaultScripts.All.Keys);
    }

    [Fact]
    public async Task A_greylisted_recipient_is_taken_after_the_delay()
    {
        var (server, client) = await BeginAsync("rcpt-450-greylist");
        await using var _ = server;
        using var __ = client;
        await client.SayAsync("MAIL FROM:<s@client.example>");

        Assert.StartsWith("450 4.7.1", await client.SayAsync("RCPT TO:<a@client.example>"));
        var waited = await client.SayUntilTakenAsync("RCPT TO:<a@client.example>");
        Assert.True(waited > SmtpFaultScripts.GreylistDelay / 2, $"{waited}");
        Assert.StartsWith("450 4.7.1", await client.SayAsync("RCPT TO:<b@client.example>"));
    }

    [Theory]
    [InlineData("rcpt-452-too-many", "250 250 452")]
    [InlineData("rcpt-partial", "250 550 450")]
    [InlineData("rcpt-251", "251 251 251")]
    [InlineData("rcpt-all-rejected-then-DATA", "550 550 550")]
    [InlineData("smtputf8-not-offered", "250 250 250 553")]
    public async Task Answers_recipients_one_by_one(string row, string codes)
    {
        var (server, client) = await BeginAsync(row);
        await using var _ = server;
        using var __ = client;
        await client.SayAsync("MAIL FROM:<s@client.example>");
        var replies = new List<string>();
        foreach (var name in new[] { "a", "b", "c", "zoë" }.Take(codes.Split(' ').Length))
        {
            replies.Add((await client.SayAsync($"RCPT TO:<{name}@client.example>"))![..3]);
        }

        Assert.Equal(codes, string.Join(' ', replies));
        Assert.StartsWith(codes.Contains("25") ? "354" : "554", await client.SayAsync("DATA"));
    }

    [Fact]
    public async Task The_third_connection_is_one_too_many_until_another_ends()
    {
        var (server, first) = await BeginAsync("conn-limit");
        await using var _ = server;
        using var second = await RawSmtpClient.ConnectAsync(server);
        Assert.StartsWith("220", await second.ReplyAsync());
        using var third = await RawSmtpClient.ConnectAsync(server);
        Assert.StartsWith("421", await third.ReplyAsync());

        first.Dispose();
        await server.Journal.WaitUntilAsync(j => j.OpenConnections == 1, TimeSpan.FromSeconds(10));
        using var fourth = await RawSmtpClient.ConnectAsync(server);
        Assert.StartsWith("220", await fourth.ReplyAsync());
        Assert.Equal(3, server.Journal.PeakConnections);
    }

    [Fact]
    public async Task The_rate_limit_holds_for_its_window()
    {
        var (server, client) = await BeginAsync("rate-limit");
        await using var _ = server;
        using var __ = client;
        for (var i = 0; i < SmtpFaultScripts.RateLimit; i++)
        {
            Assert.StartsWith("250", await client.SayAsync("MAIL FROM:<s@client.example>"));
            await client.SayAsync("RCPT TO:<a@client.example>");
            await client.SayAsync("DATA");
            Assert.StartsWith("250", await client.SayAsync("."));
        }

        Assert.StartsWith("450 4.7.1", await client.SayAsync("MAIL FROM:<s@client.example>"));
        await client.SayUntilTakenAsync("MAIL FROM:<s@client.example>");
    }

    [Fact]
    public async Task An_idle_connection_is_closed()
    {
        var (server, client) = await BeginAsync("conn-reuse-dead");
        await using var _ = server;
        using var __ = client;

        Assert.Null(await client.ReplyAsync());
    }

    [Fact]
    public async Task Broken_pipelining_answers_only_the_first_of_a_group()
    {
        var (server, client) = await BeginAsync("pipelining-broken");
        await using var _ = server;
        using var __ = client;
        await client.SendAsync("MAIL FROM:<s@client.example>\r\nRCPT TO:<a@client.example>\r\nDATA\r\n");

        Assert.StartsWith("250 2.1.0", await client.ReplyAsync());
        Assert.StartsWith("250 2.0.0", await client.SayAsync("NOOP"));
        Assert.Equal(0, server.Journal.CountOf("RCPT"));
    }

    [Theory]
    [InlineData("dot-drop", 1, 1)]
    [InlineData("dot-stored-drop", 2, 0)]
    public async Task A_dropped_connection_heals_at_the_next_message(string row, int kept, int lost)
    {
        await using var server = await ScriptedSmtpServer.StartAsync(SmtpFaultScripts.All[row]());

        Assert.Equal("SmtpProtocol", await TestSend.RunAsync(server));
        Assert.Equal("delivered", await TestSend.RunAsync(server));

        Assert.Equal((kept, lost), (server.Journal.Messages.Count, server.Journal.Lost.Count));
    }

    private static async Task<(ScriptedSmtpServer Server, RawSmtpClient Client)> BeginAsync(string row)
    {
        var server = await ScriptedSmtpServer.StartAsync(SmtpFaultScripts.All[row]());
        var client = await RawSmtpClient.ConnectAsync(server);
        Assert.StartsWith("220", await client.ReplyAsync());
        Assert.StartsWith("250", await client.SayAsync("EHLO client.example"));
        return (server, client);
    }
}
