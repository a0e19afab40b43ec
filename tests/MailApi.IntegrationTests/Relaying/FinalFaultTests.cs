using MailApi.IntegrationTests.Running;

namespace MailApi.IntegrationTests.Relaying;

/// <summary>Servers that are odd but take the message, and servers that refuse it for good.</summary>
public sealed class FinalFaultTests
{
    [Theory]
    [InlineData("banner-multiline")]
    [InlineData("banner-slow-bytes")]
    [InlineData("ehlo-500")]
    [InlineData("rcpt-450-greylist")]
    [InlineData("rcpt-251")]
    [InlineData("dot-drop")]
    [InlineData("dot-250-slow")]
    [InlineData("dot-250-lying")]
    [InlineData("quit-no-answer")]
    [InlineData("quit-rst")]
    public async Task Is_delivered_once(string row)
    {
        await using var fault = await FaultCase.StartAsync(row, ("Relays__main__BannerTimeout", "00:00:10"));
        var id = await fault.SendAsync();
        await fault.WaitForStatusAsync(id, "delivered");

        Assert.Single(fault.Server.Journal.Messages);
        Assert.Empty(fault.Server.Journal.Violations);
    }

    [Fact]
    public async Task Opportunistic_TLS_takes_any_certificate()
    {
        await using var fault = await FaultCase.StartAsync("tls-self-signed", ("Relays__main__Security", "opportunistic"));
        await fault.WaitForStatusAsync(await fault.SendAsync(), "delivered");

        Assert.NotNull(Assert.Single(fault.Server.Journal.Messages).Tls);
    }

    [Fact]
    public async Task A_copy_whose_confirmation_was_lost_may_come_twice_with_the_same_id()
    {
        await using var fault = await FaultCase.StartAsync("dot-stored-drop");
        await fault.WaitForStatusAsync(await fault.SendAsync(), "delivered");

        var copies = fault.Server.Journal.Messages;
        Assert.Equal(2, copies.Count);
        Assert.Equal(copies[0].Mime.MessageId, copies[1].Mime.MessageId);
        Assert.Equal(copies[0].Mime.Date, copies[1].Mime.Date);
    }

    [Theory]
    [InlineData("mail-550-5.7.1", "block", false)]
    [InlineData("rcpt-550-5.1.1", "hard", true)]
    [InlineData("rcpt-552-5.2.2", "soft", false)]
    [InlineData("rcpt-550-no-code", "hard", true)]
    [InlineData("data-552-size", "block", false)]
    [InlineData("dot-550-spam", "block", false)]
    [InlineData("size-announced", "block", false)]
    public async Task Is_bounced_at_once(string row, string bounceClass, bool suppressed)
    {
        await using var fault = await FaultCase.StartAsync(row);
        var id = await fault.SendAsync(bytes: 4_000);
        var bounce = await fault.AssertBouncedAsync(id);

        Assert.Equal(bounceClass, bounce["bounce"]!["class"]!.GetValue<string>());
        Assert.Single(await fault.Api.AttemptsOfAsync(id));
        Assert.Empty(fault.Server.Journal.Messages);
        var list = (await fault.Api.GetAsync("/v1/suppressions")).Body!["data"]!.AsArray();
        Assert.Equal(suppressed ? 1 : 0, list.Count);
        if (suppressed)
        {
            Assert.Equal("hard_bounce", list[0]!["reason"]!.GetValue<string>());
            Assert.Equal(id, list[0]!["message_id"]!.GetValue<string>());
        }

        if (row == "size-announced")
        {
            Assert.Equal(0, fault.Server.Journal.CountOf("DATA"));
        }
    }

    [Fact]
    public async Task When_all_recipients_are_refused_no_DATA_is_sent()
    {
        await using var fault = await FaultCase.StartAsync("rcpt-all-rejected-then-DATA");
        var id = await fault.SendAsync("a@example.net", "b@example.net");
        await fault.Api.WaitForEndAsync(id);

        Assert.Equal(0, fault.Server.Journal.CountOf("DATA"));
    }

    [Fact]
    public async Task Each_recipient_of_a_transaction_has_an_outcome_of_its_own()
    {
        await using var fault = await FaultCase.StartAsync("rcpt-partial");
        var id = await fault.SendAsync("a@example.net", "b@example.net", "c@example.net");
        var done = await fault.Api.WaitForEndAsync(id);

        Assert.Equal("delivered", ApiClient.StatusOf(done, "a@example.net"));
        Assert.Equal("bounced", ApiClient.StatusOf(done, "b@example.net"));
        Assert.Equal("delivered", ApiClient.StatusOf(done, "c@example.net"));
        Assert.Equal(
            [["a@example.net"], ["c@example.net"]], fault.Server.Journal.Messages.Select(m => m.Recipients.ToArray()));
        var attempts = await fault.Api.AttemptsOfAsync(id);
        Assert.Equal([1, 1, 1, 2], attempts.Select(a => a["number"]!.GetValue<int>()));
    }

    [Fact]
    public async Task Too_many_recipients_go_in_further_transactions_at_once()
    {
        await using var fault = await FaultCase.StartAsync("rcpt-452-too-many");
        var id = await fault.SendAsync([.. Enumerable.Range(0, 5).Select(i => $"a{i}@example.net")]);
        await fault.Api.WaitForEndAsync(id);

        Assert.Equal([2, 2, 1], fault.Server.Journal.Messages.Select(m => m.Recipients.Count));
        Assert.DoesNotContain(await fault.Api.EventsOfAsync(id), e => e["type"]!.GetValue<string>() == "message.deferred");
    }

    [Fact]
    public async Task A_connection_that_died_while_idle_is_replaced()
    {
        await using var fault = await FaultCase.StartAsync("conn-reuse-dead");
        await fault.WaitForStatusAsync(await fault.SendAsync(), "delivered");
        await fault.Server.Journal.WaitUntilAsync(j => j.OpenConnections == 0, TimeSpan.FromSeconds(10));
        var second = await fault.SendAsync();
        await fault.WaitForStatusAsync(second, "delivered");

        Assert.Equal(2, fault.Server.Journal.Messages.Count);
        Assert.Single(await fault.Api.AttemptsOfAsync(second));
    }

    [Theory]
    [InlineData("conn-limit", 30)]
    [InlineData("rate-limit", 15)]
    public async Task Limits_slow_us_down_and_lose_nothing(string row, int messages)
    {
        await using var fault = await FaultCase.StartAsync(row);
        var ids = await Task.WhenAll(Enumerable.Range(0, messages).Select(_ => fault.SendAsync()));
        foreach (var id in ids)
        {
            await fault.WaitForStatusAsync(id, "delivered");
        }

        Assert.Equal(messages, fault.Server.Journal.Messages.Count);
    }

    [Fact]
    public async Task A_server_without_8BITMIME_gets_seven_bits()
    {
        await using var fault = await FaultCase.StartAsync("8bit-not-offered");
        await fault.WaitForStatusAsync(await fault.SendAsync(), "delivered");

        var received = Assert.Single(fault.Server.Journal.Messages);
        Assert.DoesNotContain(received.Bytes, b => b > 127);
        Assert.Contains("Grüße aus dem Test", received.Mime.TextBody, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_SMTPUTF8_only_the_international_address_fails()
    {
        await using var fault = await FaultCase.StartAsync("smtputf8-not-offered");
        var id = await fault.SendAsync("dörte@example.net", "ann@example.net");
        await fault.Api.WaitForEndAsync(id);
        var bounce = await fault.AssertBouncedAsync(id, "dörte@example.net");

        Assert.StartsWith("5.6.7", bounce["reason"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal(["ann@example.net"], Assert.Single(fault.Server.Journal.Messages).Recipients);
        await fault.AssertNotSuppressedAsync();
    }

    [Fact]
    public void Every_row_of_the_table_is_played_but_for_what_direct_delivery_does_not_look_at()
    {
        var rows = TestData.Rows("smtp-faults.tsv").Select(r => r[0]);
        var played = typeof(FinalFaultTests).Assembly.GetTypes().SelectMany(t => t.GetMethods())
            .SelectMany(m => m.GetCustomAttributes(typeof(InlineDataAttribute), false).Cast<InlineDataAttribute>())
            .Select(d => d.Data[0] as string).ToHashSet();
        string[] alone =
        [
            "dot-stored-drop", "rcpt-all-rejected-then-DATA", "rcpt-partial", "rcpt-452-too-many", "conn-reuse-dead",
            "8bit-not-offered", "smtputf8-not-offered", "starttls-stripped", "mx-first-down", "mx-servfail",
        ];

        Assert.Equal(["mta-sts-mismatch", "dane-mismatch"], rows.Except(alone).Except(played));
    }
}
