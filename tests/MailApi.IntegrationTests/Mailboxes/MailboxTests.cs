using MailApi.IntegrationTests.Running;

namespace MailApi.IntegrationTests.Mailboxes;

/// <summary>The mailbox for reports on a real Dovecot: what goes where, and how fast.</summary>
public sealed class MailboxTests
{
    private const string User = "reports";

    [Fact]
    public async Task Reports_are_moved_and_what_is_no_report_is_put_aside_in_folders_that_are_made()
    {
        await using var dovecot = await DovecotServer.StartAsync();
        await dovecot.DeliverAsync(User, Mails.Bounce() + Mails.Padding(12 << 20));
        await dovecot.DeliverAsync(User, Mails.Ordinary);
        await dovecot.DeliverAsync(User, Mails.AutoReply);
        var settings = Imap(dovecot);
        settings["Bounces__Mailbox__ProcessedFolder"] = "Bounces/Done";
        await using var service = await ServiceProcess.StartAsync("sqlite", settings);

        await dovecot.WaitForAsync(User, "INBOX", 0, () => service.Output);
        await dovecot.WaitForAsync(User, "Bounces.Done", 2, () => service.Output);
        await dovecot.WaitForAsync(User, "NotUnderstood", 1, () => service.Output);
        Assert.DoesNotContain("ann@example.net", service.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(DovecotServer.Password, service.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task IDLE_brings_a_report_at_once_however_long_the_interval()
    {
        await using var dovecot = await DovecotServer.StartAsync();
        var settings = Imap(dovecot);
        settings["Bounces__Mailbox__PollInterval"] = "01:00:00";
        await using var service = await ServiceProcess.StartAsync("sqlite", settings);
        for (var i = 1; i <= 3; i++)
        {
            await dovecot.DeliverAsync(User, Mails.Bounce());
            await dovecot.WaitForAsync(User, "Processed", i, () => service.Output);
        }

        Assert.Equal(0, await service.TerminateAsync());
        Assert.DoesNotContain("trouble", service.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_IDLE_the_mailbox_is_polled()
    {
        await using var dovecot = await DovecotServer.StartAsync(idle: false);
        await using var service = await ServiceProcess.StartAsync("sqlite", Imap(dovecot));
        await dovecot.DeliverAsync(User, Mails.Bounce());
        await dovecot.WaitForAsync(User, "Processed", 1, () => service.Output);
        await dovecot.DeliverAsync(User, Mails.Ordinary);
        await dovecot.WaitForAsync(User, "NotUnderstood", 1, () => service.Output);
    }

    [Fact]
    public async Task POP3_deletes_what_is_understood_and_leaves_the_rest()
    {
        await using var dovecot = await DovecotServer.StartAsync();
        await dovecot.DeliverAsync(User, Mails.Ordinary);
        await dovecot.DeliverAsync(User, Mails.Ordinary + Mails.Padding(11 << 20));
        await dovecot.DeliverAsync(User, Mails.Bounce());
        await using var service = await ServiceProcess.StartAsync("sqlite", Pop3(dovecot));
        await dovecot.WaitForAsync(User, "INBOX", 2, () => service.Output);

        await dovecot.DeliverAsync(User, Mails.AutoReply);
        await dovecot.DeliverAsync(User, Mails.Bounce());
        await dovecot.WaitForAsync(User, "INBOX", 2, () => service.Output);
        Assert.Equal(2, Occurrences(service.Output, "Put a mail of 1") + Occurrences(service.Output, "Read 3 mails"));
    }

    [Theory]
    [InlineData("imap", "tls")]
    [InlineData("imap", "starttls")]
    [InlineData("pop3", "tls")]
    [InlineData("pop3", "starttls")]
    public async Task TLS_takes_a_certificate_of_a_trusted_authority(string protocol, string security)
    {
        await using var dovecot = await DovecotServer.StartAsync();
        await dovecot.DeliverAsync(User, Mails.Bounce());
        var settings = protocol == "imap" ? Imap(dovecot) : Pop3(dovecot);
        settings["Bounces__Mailbox__AllowCleartextPassword"] = "false";
        settings["Bounces__Mailbox__Security"] = security;
        settings["Bounces__Mailbox__Port"] = $"{(protocol, security) switch
        {
            ("imap", "tls") => dovecot.Imaps,
            ("imap", _) => dovecot.Imap,
            (_, "tls") => dovecot.Pop3s,
            _ => dovecot.Pop3,
        }}";
        settings["SSL_CERT_FILE"] = dovecot.Authority;
        await using var service = await ServiceProcess.StartAsync("sqlite", settings);
        await dovecot.WaitForAsync(User, "INBOX", 0, () => service.Output);
    }

    [Fact]
    public async Task TLS_stops_at_a_certificate_that_nobody_vouches_for()
    {
        await using var dovecot = await DovecotServer.StartAsync();
        var settings = Imap(dovecot);
        settings["Bounces__Mailbox__Security"] = "starttls";
        await using var service = await ServiceProcess.StartAsync("sqlite", settings);
        await WaitForOutputAsync(service, "The mailbox is in trouble: The certificate of localhost is not trusted");
    }

    [Fact]
    public async Task A_wrong_password_is_told_without_the_password()
    {
        await using var dovecot = await DovecotServer.StartAsync();
        var settings = Imap(dovecot);
        settings["Bounces__Mailbox__Password"] = "something-else";
        await using var service = await ServiceProcess.StartAsync("sqlite", settings);
        await WaitForOutputAsync(service, "The server refused Bounces:Mailbox:Username and its password.");
        using var api = new ApiClient(service.CreateClient(key: null));
        var ready = (await api.GetAsync("/readyz")).Body!;
        Assert.Equal("degraded", ready["status"]!.GetValue<string>());
        Assert.False(ready["mailbox"]!["ready"]!.GetValue<bool>());
        Assert.DoesNotContain("something-else", service.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_goes_and_comes_back_is_found_again()
    {
        await using var dovecot = await DovecotServer.StartAsync();
        await using var proxy = new HoldingProxy(dovecot.Imap);
        var settings = Imap(dovecot);
        settings["Bounces__Mailbox__Port"] = $"{proxy.Port}";
        await using var service = await ServiceProcess.StartAsync("sqlite", settings);
        await dovecot.DeliverAsync(User, Mails.Bounce());
        await dovecot.WaitForAsync(User, "Processed", 1, () => service.Output);

        proxy.HangUp();
        await WaitForOutputAsync(service, "The mailbox is in trouble");
        await WaitForOutputAsync(service, "The mailbox can be read again");
        await dovecot.DeliverAsync(User, Mails.Bounce());
        await dovecot.WaitForAsync(User, "Processed", 2, () => service.Output);
    }

    [Fact]
    public async Task A_node_that_dies_before_the_mail_is_moved_leaves_it_for_the_next_and_nothing_is_told_twice()
    {
        await using var dovecot = await DovecotServer.StartAsync();
        await using var proxy = new HoldingProxy(dovecot.Imap);
        var settings = Imap(dovecot);
        settings["Bounces__Mailbox__Port"] = $"{proxy.Port}";
        await using var service = await ServiceProcess.StartAsync("sqlite", settings);
        using var api = new ApiClient(service.CreateClient());
        var id = await api.AcceptAsync(ApiClient.Message("ann@example.net"));
        await api.WaitForEndAsync(id);
        proxy.HoldBefore(" MOVE ");
        await dovecot.DeliverAsync(User, Mails.Bounce(await MessageIdOfAsync(api, id), "ann@example.net"));
        await proxy.Held;
        Assert.Equal("bounced", await StatusAsync());
        await service.KillAsync();
        Assert.Equal(1, await dovecot.CountAsync(User, "INBOX"));

        proxy.LetPass();
        await service.StartAgainAsync();
        await dovecot.WaitForAsync(User, "Processed", 1, () => service.Output);
        Assert.Equal(0, await dovecot.CountAsync(User, "INBOX"));
        Assert.Single(await api.EventsOfAsync(id), e => e["type"]!.GetValue<string>() == "message.bounced");

        async Task<string> StatusAsync() =>
            ApiClient.StatusOf((await api.GetAsync($"/v1/messages/{id}")).Body!, "ann@example.net");
    }

    [Fact]
    public async Task Of_two_nodes_one_reads_and_the_other_takes_over_when_it_dies()
    {
        await using var dovecot = await DovecotServer.StartAsync();
        await using var proxy = new HoldingProxy(dovecot.Imap);
        var settings = Imap(dovecot);
        settings["Bounces__Mailbox__Port"] = $"{proxy.Port}";
        settings["Delivery__LeaseTime"] = "00:00:03";
        await using var first = await ServiceProcess.StartAsync("postgres", settings);
        await dovecot.DeliverAsync(User, Mails.Bounce());
        await dovecot.WaitForAsync(User, "Processed", 1, () => first.Output);

        var second = await first.StartNodeAsync();
        try
        {
            for (var i = 2; i <= 6; i++)
            {
                await dovecot.DeliverAsync(User, Mails.Bounce());
                await dovecot.WaitForAsync(User, "Processed", i, () => first.Output);
            }

            Assert.Equal(1, proxy.MostAtOnce);
            Assert.DoesNotContain("from the mailbox", second.Output, StringComparison.Ordinal);

            await first.KillAsync();
            await dovecot.DeliverAsync(User, Mails.Bounce());
            await dovecot.WaitForAsync(User, "Processed", 7, () => second.Output);
            await second.WaitForOutputAsync("from the mailbox");
        }
        finally
        {
            await second.KillAsync();
        }
    }

    [Theory]
    [InlineData("Protocol", "smtp", "Bounces:Mailbox:Protocol")]
    [InlineData("PollInterval", "00:00:00", "Bounces:Mailbox:PollInterval")]
    [InlineData("Prot", "imap", "Prot")]
    public async Task A_wrong_setting_stops_the_start_with_one_line(string key, string value, string named)
    {
        var settings = new Dictionary<string, string>
        {
            ["Bounces__Mailbox__Host"] = "127.0.0.1",
            ["Bounces__Mailbox__Username"] = User,
            ["Bounces__Mailbox__Password"] = DovecotServer.Password,
            [$"Bounces__Mailbox__{key}"] = value,
        };
        await using var service = await ServiceProcess.PrepareAsync("sqlite", settings);
        var (exitCode, output) = await service.RunAsync();

        Assert.Equal(1, exitCode);
        var line = Assert.Single(output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("MailApi cannot start", line, StringComparison.Ordinal);
        Assert.Contains(named, line, StringComparison.Ordinal);
        Assert.DoesNotContain(DovecotServer.Password, line, StringComparison.Ordinal);
    }

    private static Dictionary<string, string> Imap(DovecotServer dovecot) => new()
    {
        ["Bounces__Mailbox__Host"] = "localhost",
        ["Bounces__Mailbox__Port"] = $"{dovecot.Imap}",
        ["Bounces__Mailbox__Security"] = "none",
        ["Bounces__Mailbox__AllowCleartextPassword"] = "true",
        ["Bounces__Mailbox__Username"] = User,
        ["Bounces__Mailbox__Password"] = DovecotServer.Password,
        ["Bounces__Mailbox__PollInterval"] = "00:00:01",
    };

    private static Dictionary<string, string> Pop3(DovecotServer dovecot) => new(Imap(dovecot))
    {
        ["Bounces__Mailbox__Protocol"] = "pop3",
        ["Bounces__Mailbox__Port"] = $"{dovecot.Pop3}",
    };

    private static async Task<string> MessageIdOfAsync(ApiClient api, string id)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/v1/messages/{id}/content");
        request.Headers.Add("Accept", "message/rfc822");
        using var response = await api.Http.SendAsync(request);
        using var mail = await MimeKit.MimeMessage.LoadAsync(await response.Content.ReadAsStreamAsync());
        return $"<{mail.MessageId}>";
    }

    private static int Occurrences(string text, string part) => text.Split(part).Length - 1;

    private static async Task WaitForOutputAsync(ServiceProcess service, string text)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!service.Output.Contains(text, StringComparison.Ordinal))
        {
            Assert.False(patience.IsCancellationRequested, $"'{text}' was not written:\n{service.Output}");
            await Task.Delay(50, CancellationToken.None);
        }
    }
}
