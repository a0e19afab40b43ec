using System.Text.Json.Nodes;
using MailApi.IntegrationTests.Running;
using MailApi.IntegrationTests.Smtp;

namespace MailApi.IntegrationTests.Mailboxes;

/// <summary>
/// The whole loop with real parts: a message goes through Postfix to a server that says what it is told to say, Postfix
/// writes its report to the message's return path, Dovecot keeps it, and the recipient stands as the reply said.
/// </summary>
public sealed class ReturnedMailTests
{
    private const string User = "reports";

    /// <summary>What the far server says, and what it means. Those with <c>.</c> before them answer the final dot.</summary>
    private static readonly (string Reply, string Class, string Category)[] Truth =
    [
        ("550 5.1.1 No mailbox here by that name", "hard", "invalid_recipient"),
        ("550 5.1.1 User unknown", "hard", "invalid_recipient"),
        ("550 no such user here", "hard", "invalid_recipient"),
        ("551 5.1.6 The user has moved and left no address", "hard", "invalid_recipient"),
        ("553 5.1.3 The address is not valid", "hard", "invalid_recipient"),
        ("550 5.2.1 This account has been disabled", "hard", "inactive_recipient"),
        ("550 5.1.2 There is no such domain", "hard", "invalid_domain"),
        (".550 5.1.1 recipient does not exist", "hard", "invalid_recipient"),
        ("552 5.2.2 The mailbox is full", "soft", "mailbox_full"),
        ("552 5.2.2 Quota exceeded", "soft", "mailbox_full"),
        (".552 5.3.4 The message is too big for this system", "block", "too_large"),
        ("550 5.7.1 Relaying denied", "block", "relay_denied"),
        ("554 5.7.1 Service unavailable; client host blocked using a blocklist", "block", "reputation"),
        (".550 5.7.1 The message was rejected as spam", "block", "spam"),
        (".554 5.7.1 Spam message rejected", "block", "spam"),
        (".550 5.7.26 The mail is not authenticated: SPF and DKIM did not pass", "block", "authentication"),
        (".550 5.7.1 Rejected by the DMARC policy of the domain", "block", "authentication"),
        ("550 5.7.1 Refused by local policy", "block", "policy"),
        ("450 4.7.1 Too many messages, slow down", "soft", "rate_limited"),
        ("452 4.2.2 The mailbox is over its quota", "soft", "mailbox_full"),
        ("451 4.7.1 Greylisted, try again later", "soft", "greylisted"),
        ("450 4.1.1 User unknown", "soft", "invalid_recipient"),
        (".451 4.3.0 A local error, try again", "soft", "other"),
        ("250 2.1.5 Fine", "", ""),
        ("251 2.1.5 Will be forwarded", "", ""),
    ];

    [Fact]
    public async Task Every_reply_that_Postfix_reports_comes_home_as_what_it_means()
    {
        await using var far = await ScriptedSmtpServer.StartAsync(new SmtpScript
        {
            Rcpt = x => Said(x.Address) is { } reply && !reply.StartsWith('.') ? reply : x.Default,
            Dot = x => Said(x.Envelope.Recipients[0]) is { } reply && reply.StartsWith('.') ? reply[1..] : x.Default,
        });
        await using var dovecot = await DovecotServer.StartAsync();
        await dovecot.CountAsync(User, "INBOX");
        await using var postfix = await PostfixServer.StartAsync(far.Port, dovecot.MaildirOf(User));
        await using var service = await ServiceProcess.StartAsync("sqlite", Settings(dovecot, postfix));
        using var api = new ApiClient(service.CreateClient());

        var ids = new List<string>();
        for (var i = 0; i < Truth.Length; i++)
        {
            ids.Add(await api.AcceptAsync(ApiClient.Message(AddressOf(i))));
        }

        var mixed = ApiClient.Message();
        mixed["to"] = new JsonArray(AddressOf(0), AddressOf(8), AddressOf(23));
        var many = await api.AcceptAsync(mixed);

        var misses = new List<string>();
        for (var i = 0; i < Truth.Length; i++)
        {
            var (reply, @class, category) = Truth[i];
            if (await OutcomeAsync(api, ids[i], AddressOf(i), bounces: @class.Length > 0) is var found && found != (@class, category))
            {
                misses.Add($"{reply}: {found}, not {(@class, category)}");
            }
        }

        Assert.True(misses.Count == 0, string.Join('\n', misses));
        await OutcomeAsync(api, many, AddressOf(0), bounces: true);
        var end = await api.WaitForAsync(many, m => ApiClient.StatusOf(m, AddressOf(8)) == "bounced");
        Assert.Equal("delivered", ApiClient.StatusOf(end, AddressOf(23)));
        await dovecot.WaitForAsync(User, "INBOX", 0, () => service.Output);
        Assert.Equal(0, await dovecot.CountAsync(User, "NotUnderstood"));
    }

    private static string AddressOf(int i) => $"r{i}@customers.example";

    /// <summary>What the far server has to say to a recipient.</summary>
    private static string? Said(string address) =>
        int.TryParse(address.TrimStart('r').Split('@')[0], out var i) && i < Truth.Length ? Truth[i].Reply : null;

    private static async Task<(string Class, string Category)> OutcomeAsync(ApiClient api, string id, string email, bool bounces)
    {
        await api.WaitForAsync(id, m => ApiClient.StatusOf(m, email) == (bounces ? "bounced" : "delivered"));
        var bounced = (await api.EventsOfAsync(id)).Where(
            e => e["type"]!.GetValue<string>() == "message.bounced" && e["data"]!["recipient"]!.GetValue<string>() == email).ToList();
        if (!bounces)
        {
            Assert.Empty(bounced);
            return ("", "");
        }

        var bounce = Assert.Single(bounced)["data"]!["bounce"]!;
        Assert.Equal("report", bounce["source"]!.GetValue<string>());
        return (bounce["class"]!.GetValue<string>(), bounce["category"]!.GetValue<string>());
    }

    private static Dictionary<string, string> Settings(DovecotServer dovecot, PostfixServer postfix) => new()
    {
        ["Relays__postfix__Host"] = "127.0.0.1",
        ["Relays__postfix__Port"] = $"{postfix.Port}",
        ["Bounces__ReturnPathDomain"] = PostfixServer.ReturnPathDomain,
        ["Bounces__Mailbox__Host"] = "127.0.0.1",
        ["Bounces__Mailbox__Port"] = $"{dovecot.Imap}",
        ["Bounces__Mailbox__Security"] = "none",
        ["Bounces__Mailbox__AllowCleartextPassword"] = "true",
        ["Bounces__Mailbox__Username"] = User,
        ["Bounces__Mailbox__Password"] = DovecotServer.Password,
        ["Bounces__Mailbox__PollInterval"] = "00:00:01",
    };
}
