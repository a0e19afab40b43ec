using System.Diagnostics;

namespace MailApi.IntegrationTests.Smtp;

/// <summary>
/// A script for each way in which a server can misbehave, by the row's name in the table of SMTP faults. Times are
/// scaled down. A fault lasts until the test plays another script, unless it says that it heals.
/// </summary>
internal static class SmtpFaultScripts
{
    /// <summary>How long a greylisting server makes a recipient wait.</summary>
    public static readonly TimeSpan GreylistDelay = TimeSpan.FromMilliseconds(500);

    /// <summary>The pause between a slow server's bytes.</summary>
    public static readonly TimeSpan DripPause = TimeSpan.FromMilliseconds(20);

    /// <summary>How long a slow server takes to confirm a message.</summary>
    public static readonly TimeSpan SlowConfirmation = TimeSpan.FromSeconds(2);

    /// <summary>When an idle connection is closed.</summary>
    public static readonly TimeSpan IdleTimeout = TimeSpan.FromMilliseconds(200);

    /// <summary>The messages taken per <see cref="RateWindow"/>.</summary>
    public const int RateLimit = 10;

    public static readonly TimeSpan RateWindow = TimeSpan.FromSeconds(2);

    /// <summary>The size behind SIZE in <c>size-announced</c>.</summary>
    public const int AnnouncedSize = 1000;

    /// <summary>How much of a message is read before the faults inside it; messages must be longer.</summary>
    public const int BodyFaultAfter = 8192;

    /// <summary>Right for every script that asks for them, except in <c>auth-535</c>.</summary>
    public static readonly SmtpCredentials Credentials = new("relay-user", "relay-secret");

    private static readonly SmtpScript Sound = new();
    private static readonly SmtpScript Tls = new() { Tls = TlsStart.StartTls };
    private static readonly SmtpScript Auth = new() { Credentials = Credentials };

    /// <summary>A fresh script by the row's name.</summary>
    public static IReadOnlyDictionary<string, Func<SmtpScript>> All { get; } = new Dictionary<string, Func<SmtpScript>>
    {
        ["connect-refused"] = () => Sound with { Listening = Listening.Refuse },
        ["connect-blackhole"] = () => Sound with { Listening = Listening.Blackhole },
        ["banner-never"] = () => Sound with { Banner = _ => Reply.Stall },
        ["banner-554"] = () => Sound with { Banner = _ => Reply.Lines("554 no service").ThenClose() },
        ["banner-421"] = () => Sound with { Banner = _ => Reply.Lines("421 busy").ThenClose() },
        ["banner-multiline"] = () => Sound with { Banner = _ => Reply.Lines("220-a", "220-b", "220 c") },
        ["banner-garbage"] = () => Sound with
        {
            Banner = _ => Reply.Raw("SSH-2.0-OpenSSH_9.6\r\nHTTP/1.1 400 Bad Request\r\n\r\n").ThenClose(),
        },
        ["banner-slow-bytes"] = () => Sound with { Banner = x => x.Default.Dripping(DripPause) },
        ["ehlo-500"] = () => Sound with { Ehlo = _ => "500 5.5.1 what" },
        ["ehlo-421"] = () => Sound with { Ehlo = _ => Reply.Lines("421 4.3.2 closing").ThenClose() },
        ["ehlo-huge"] = () => Sound with { Ehlo = _ => ManyLines(10_000) },
        ["ehlo-no-crlf-1GB"] = () => Sound with { Ehlo = _ => Reply.EndlessLine("250-", 1L << 30).ThenStall() },
        ["starttls-refused"] = () => Tls with { RequiresTls = true, StartTls = _ => "454 4.7.0 TLS not available" },
        ["starttls-stripped"] = () => Sound with { Credentials = Credentials },
        ["starttls-inject"] = () => Tls with
        {
            StartTls = _ => Reply.Lines("220 ready", "250-injected", "250 AUTH LOGIN"),
        },
        ["tls-expired"] = () => Tls with { Certificate = TestCertificates.Expired },
        ["tls-wrong-host"] = () => Tls with { Certificate = TestCertificates.WrongHost },
        ["tls-self-signed"] = () => Tls with { Certificate = TestCertificates.SelfSigned },
        ["tls-1.0-only"] = () => Tls with { Handshake = TlsPlay.OnlyTls10 },
        ["tls-hang"] = () => Tls with { Handshake = TlsPlay.Hang },
        ["tls-close-mid"] = () => Tls with { Handshake = TlsPlay.Close },
        ["auth-535"] = () => Auth with { Credentials = Credentials with { Secret = "changed since" } },
        ["auth-454"] = () => Auth with { Auth = _ => "454 4.7.0 temporary authentication failure" },
        ["auth-mech-none"] = () => Auth with { Mechanisms = [] },
        ["mail-450"] = () => Sound with { Mail = _ => "450 4.3.0 not now" },
        ["mail-452-4.3.1"] = () => Sound with { Mail = _ => "452 4.3.1 insufficient storage" },
        ["mail-550-5.7.1"] = () => Sound with { Mail = _ => "550 5.7.1 sender rejected" },
        ["mail-530"] = () => Sound with { Mail = _ => "530 5.7.0 must issue a STARTTLS command first" },
        ["rcpt-450-greylist"] = () => Sound with { Rcpt = Greylist() },
        ["rcpt-451"] = () => Sound with { Rcpt = _ => "451 4.3.0 local error" },
        ["rcpt-452-too-many"] = () => Sound with
        {
            Rcpt = x => x.Envelope.Recipients.Count < 2 ? x.Default : "452 4.5.3 too many recipients",
        },
        ["rcpt-550-5.1.1"] = () => Sound with { Rcpt = _ => "550 5.1.1 user unknown" },
        ["rcpt-552-5.2.2"] = () => Sound with { Rcpt = _ => "552 5.2.2 mailbox full" },
        ["rcpt-550-no-code"] = () => Sound with { Rcpt = _ => "550 no such user here" },
        ["rcpt-partial"] = () => Sound with { Rcpt = RefuseByName() },
        ["rcpt-251"] = () => Sound with { Rcpt = _ => "251 2.1.5 not local; will forward" },
        ["rcpt-all-rejected-then-DATA"] = () => Sound with { Rcpt = _ => "550 5.1.1 user unknown" },
        ["data-354-never"] = () => Sound with { Data = _ => Reply.Stall },
        ["data-451"] = () => Sound with { Data = _ => "451 4.3.0 not now" },
        ["data-552-size"] = () => Sound with { Data = _ => "552 5.3.4 message too big" },
        ["data-stall"] = () => Sound with { BodyFault = new BodyFault(BodyFaultAfter, Then.Freeze) },
        ["data-rst-mid"] = () => Sound with { BodyFault = new BodyFault(BodyFaultAfter, Then.Reset) },
        ["data-fin-mid"] = () => Sound with { BodyFault = new BodyFault(BodyFaultAfter, Then.Close) },
        ["dot-drop"] = () => Sound with { Dot = SmtpScript.First(1, Reply.Close) },
        ["dot-stored-drop"] = () => Sound with { Dot = SmtpScript.First(1, Reply.Close.Keeping()) },
        ["dot-250-slow"] = () => Sound with { Dot = x => x.Default.After(SlowConfirmation) },
        ["dot-451"] = () => Sound with { Dot = _ => "451 4.3.0 local error" },
        ["dot-550-spam"] = () => Sound with { Dot = _ => "550 5.7.1 spam content" },
        ["dot-250-lying"] = () => Sound,
        ["dot-421"] = () => Sound with { Dot = _ => Reply.Lines("421 4.3.2 closing").ThenClose() },
        ["dot-wrong-code"] = () => Sound with { Dot = WrongCodes() },
        ["dot-multiline-mixed"] = () => Sound with { Dot = _ => Reply.Lines("250-ok", "550 fail") },
        ["quit-no-answer"] = () => Sound with { Quit = _ => Reply.Stall },
        ["quit-rst"] = () => Sound with { Dot = x => x.Default.ThenReset() },
        ["conn-reuse-dead"] = () => Sound with { IdleTimeout = IdleTimeout },
        ["conn-limit"] = () => Sound with
        {
            Banner = x => x.Journal.OpenConnections <= 2
                ? x.Default
                : Reply.Lines("421 4.7.0 too many connections").ThenClose(),
        },
        ["rate-limit"] = () => Sound with
        {
            Mail = x => x.Journal.Messages.Count(m => DateTimeOffset.UtcNow - m.ReceivedAt < RateWindow) < RateLimit
                ? x.Default
                : "450 4.7.1 rate limit exceeded",
        },
        ["pipelining-broken"] = () => Sound with { AnswersOnlyFirst = true },
        ["8bit-not-offered"] = () => Sound with { Capabilities = ["PIPELINING", "SIZE 52428800"] },
        ["smtputf8-not-offered"] = () => Sound with { Capabilities = ["PIPELINING", "8BITMIME", "SIZE 52428800"] },
        ["size-announced"] = () => Sound with { Capabilities = ["PIPELINING", "8BITMIME", $"SIZE {AnnouncedSize}"] },
    };

    private static Reply ManyLines(int count) =>
        Reply.Lines(Enumerable.Range(1, count).Select(i => $"250-X-KEYWORD-{i}").Append("250 HELP"));

    /// <summary>Each recipient is refused until the delay since its first try is over.</summary>
    private static Func<SmtpExchange, Reply> Greylist()
    {
        var firstSeen = new Dictionary<string, long>();
        return x =>
        {
            lock (firstSeen)
            {
                firstSeen.TryAdd(x.Address, Stopwatch.GetTimestamp());
                return Stopwatch.GetElapsedTime(firstSeen[x.Address]) >= GreylistDelay
                    ? x.Default
                    : "450 4.7.1 greylisted, try again later";
            }
        };
    }

    /// <summary><c>b…</c> is unknown, <c>c…</c> is refused the first time, all others are taken.</summary>
    private static Func<SmtpExchange, Reply> RefuseByName()
    {
        var refused = false;
        return x => x.Address switch
        {
            ['b', ..] => "550 5.1.1 user unknown",
            ['c', ..] when !Interlocked.Exchange(ref refused, true) => "450 4.2.0 try again later",
            _ => x.Default,
        };
    }

    /// <summary>One kind of nonsense after the other, none of it a refusal.</summary>
    private static Func<SmtpExchange, Reply> WrongCodes()
    {
        Reply[] nonsense = ["299 what", "999 what", "25", ""];
        return x => nonsense[(x.Nth - 1) % nonsense.Length].Losing().ThenClose();
    }
}
