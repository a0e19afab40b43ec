using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace MailApi.Core.Smtp;

/// <summary>How the session with a relay is protected.</summary>
public enum RelaySecurity
{
    /// <summary>In clear, whatever the server offers.</summary>
    None,

    /// <summary>TLS when the server offers it, without looking at the certificate (RFC 7435).</summary>
    Opportunistic,

    /// <summary>STARTTLS (RFC 3207) or nothing.</summary>
    StartTls,

    /// <summary>TLS from the first byte (RFC 8314 §3.3).</summary>
    Tls,
}

/// <summary>One smart host: the section <c>Relays:&lt;name&gt;</c>.</summary>
public sealed class RelayOptions
{
    /// <summary>The name or address to dial.</summary>
    public string Host { get; set; } = "";

    /// <summary>Default 465 for <c>tls</c>, 587 for <c>starttls</c>, 25 otherwise.</summary>
    public int? Port { get; set; }

    /// <summary>Default <c>tls</c> on port 465, <c>starttls</c> with a user name, else <c>opportunistic</c>.</summary>
    public RelaySecurity? Security { get; set; }

    public string? Username { get; set; }

    /// <summary>The password; with <c>xoauth2</c> and <c>oauthbearer</c> the access token.</summary>
    public string? Password { get; set; }

    /// <summary>One of <see cref="SignInMechanisms.Names"/>; <c>auto</c> takes the best the server offers.</summary>
    public string Auth { get; set; } = "auto";

    /// <summary>Lower is tried first.</summary>
    public int Priority { get; set; } = 10;

    public int MaxConnections { get; set; } = 20;

    /// <summary>Messages over one session before it is closed and another opened.</summary>
    public int MessagesPerConnection { get; set; } = 1000;

    /// <summary>Messages per second; null for no limit.</summary>
    public double? RateLimit { get; set; }

    /// <summary>How long a session is kept without work.</summary>
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Permits a password or token to cross the network without TLS.</summary>
    public bool AllowCleartextPassword { get; set; }

    /// <summary>The name given with EHLO; null for the name of this machine.</summary>
    public string? LocalName { get; set; }

    /// <summary>Whether <c>starttls</c> and <c>tls</c> demand a certificate for <see cref="Host"/>.</summary>
    public bool CheckCertificate { get; set; } = true;

    /// <summary>To reach one of the host's addresses.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>RFC 5321 §4.5.3.2.1.</summary>
    public TimeSpan BannerTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>For each of EHLO, STARTTLS, AUTH, MAIL and RCPT (RFC 5321 §4.5.3.2.2 and .3).</summary>
    public TimeSpan CommandTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>For the TLS handshake.</summary>
    public TimeSpan TlsTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>From DATA to 354 (RFC 5321 §4.5.3.2.4).</summary>
    public TimeSpan DataInitiationTimeout { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>For each block of the message to be taken (RFC 5321 §4.5.3.2.5).</summary>
    public TimeSpan DataBlockTimeout { get; set; } = TimeSpan.FromMinutes(3);

    /// <summary>From the final dot to its reply (RFC 5321 §4.5.3.2.6): too short a wait makes duplicates.</summary>
    public TimeSpan DataTerminationTimeout { get; set; } = TimeSpan.FromMinutes(10);

    internal RelaySecurity EffectiveSecurity => Security ?? (Port == 465 ? RelaySecurity.Tls
        : HasCredentials ? RelaySecurity.StartTls : RelaySecurity.Opportunistic);

    /// <summary>As EHLO bears it (RFC 5321 §4.1.4): a name in ASCII, or an address in brackets.</summary>
    internal string EhloName => IPAddress.TryParse(LocalName, out var ip)
        ? ip.AddressFamily == AddressFamily.InterNetworkV6 ? $"[IPv6:{ip}]" : $"[{ip}]"
        : LocalName is { } name && !Ascii.IsValid(name) ? new IdnMapping().GetAscii(name)
        : LocalName ?? Dns.GetHostName();

    internal int EffectivePort => Port ?? EffectiveSecurity switch
    {
        RelaySecurity.Tls => 465,
        RelaySecurity.StartTls => 587,
        _ => 25,
    };

    internal bool HasCredentials =>
        !string.IsNullOrEmpty(Username) && !Auth.Equals("none", StringComparison.OrdinalIgnoreCase);

    /// <summary>What is wrong with the section <c>Relays:<paramref name="name"/></c>: one sentence per fault.</summary>
    public IReadOnlyList<string> Validate(string name) => [.. RelayOptionsRules.Check($"Relays:{name}", this)];
}
