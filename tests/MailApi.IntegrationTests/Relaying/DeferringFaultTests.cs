using MailApi.IntegrationTests.Smtp;

namespace MailApi.IntegrationTests.Relaying;

/// <summary>Faults that say nothing about the recipient: tried again, told, and delivered once when the server is sound.</summary>
public abstract class DeferringFaultTests
{
    private const int Large = 6 << 20;

    private static readonly (string, string)[] NoTls = [];
    private static readonly (string, string)[] StartTls = [("Relays__main__Security", "starttls")];

    private static readonly (string, string)[] SignIn =
    [
        ("Relays__main__Username", SmtpFaultScripts.Credentials.Username),
        ("Relays__main__Password", SmtpFaultScripts.Credentials.Secret),
        ("Relays__main__AllowCleartextPassword", "true"),
    ];

    private static async Task RunAsync(string row, (string, string)[] settings, SmtpScript healed, int bytes = 0)
    {
        await using var fault = await FaultCase.StartAsync(row, settings);
        var id = await fault.SendAsync(bytes);
        await fault.AssertDeferredAsync(id);
        await fault.AssertArrivesOnceAfterAsync(healed, id);
        Assert.DoesNotContain(SmtpFaultScripts.Credentials.Secret, fault.Log, StringComparison.Ordinal);
    }

    public sealed class Connecting : DeferringFaultTests
    {
        [Theory]
        [InlineData("connect-refused")]
        [InlineData("connect-blackhole")]
        [InlineData("banner-never")]
        [InlineData("banner-554")]
        [InlineData("banner-421")]
        [InlineData("banner-garbage")]
        [InlineData("ehlo-421")]
        [InlineData("ehlo-huge")]
        [InlineData("ehlo-no-crlf-1GB")]
        public Task Comes_back(string row) => RunAsync(row, NoTls, new SmtpScript());
    }

    public sealed class Encrypting : DeferringFaultTests
    {
        [Theory]
        [InlineData("starttls-refused")]
        [InlineData("starttls-inject")]
        [InlineData("tls-expired")]
        [InlineData("tls-wrong-host")]
        [InlineData("tls-self-signed")]
        [InlineData("tls-1.0-only")]
        [InlineData("tls-hang")]
        [InlineData("tls-close-mid")]
        public async Task Comes_back_and_never_in_clear(string row)
        {
            await using var fault = await FaultCase.StartAsync(row, StartTls);
            var id = await fault.SendAsync();
            await fault.AssertDeferredAsync(id);
            await fault.AssertArrivesOnceAfterAsync(new SmtpScript { Tls = TlsStart.StartTls }, id);
            Assert.NotNull(Assert.Single(fault.Server.Journal.Messages).Tls);
        }

        [Fact]
        public async Task A_stripped_STARTTLS_gets_neither_message_nor_password()
        {
            await using var fault = await FaultCase.StartAsync(
                "starttls-stripped", [.. SignIn, .. StartTls, ("Relays__main__AllowCleartextPassword", "false")]);
            var id = await fault.SendAsync();
            await fault.AssertDeferredAsync(id);

            Assert.DoesNotContain(fault.Server.Journal.Commands, c => c.Line.StartsWith("AUTH", StringComparison.OrdinalIgnoreCase));
            Assert.DoesNotContain(fault.Server.Journal.Commands, c => c.Line.StartsWith("MAIL", StringComparison.OrdinalIgnoreCase));
        }
    }

    public sealed class SigningIn : DeferringFaultTests
    {
        [Theory]
        [InlineData("auth-535")]
        [InlineData("auth-454")]
        [InlineData("auth-mech-none")]
        public async Task Comes_back_and_says_so(string row)
        {
            await using var fault = await FaultCase.StartAsync(row, SignIn);
            var id = await fault.SendAsync();
            await fault.AssertDeferredAsync(id);
            var ready = (await fault.Api.GetAsync("/readyz")).Body!;
            Assert.Equal("degraded", ready["status"]!.GetValue<string>());
            Assert.Contains("Relays:main", ready["relays"]![0]!["trouble"]!.GetValue<string>(), StringComparison.Ordinal);

            await fault.AssertArrivesOnceAfterAsync(new SmtpScript { Credentials = SmtpFaultScripts.Credentials }, id);
            Assert.DoesNotContain(SmtpFaultScripts.Credentials.Secret, fault.Log, StringComparison.Ordinal);
        }
    }

    public sealed class Transacting : DeferringFaultTests
    {
        [Theory]
        [InlineData("mail-450")]
        [InlineData("mail-452-4.3.1")]
        [InlineData("mail-530")]
        [InlineData("rcpt-451")]
        [InlineData("data-354-never")]
        [InlineData("data-451")]
        [InlineData("dot-451")]
        [InlineData("dot-421")]
        [InlineData("dot-wrong-code")]
        [InlineData("dot-multiline-mixed")]
        [InlineData("pipelining-broken")]
        public Task Comes_back(string row) => RunAsync(row, NoTls, new SmtpScript());

        [Theory]
        [InlineData("data-stall")]
        [InlineData("data-rst-mid")]
        [InlineData("data-fin-mid")]
        public Task Comes_back_in_the_middle_of_a_message(string row) => RunAsync(row, NoTls, new SmtpScript(), Large);
    }
}
