using System.Globalization;
using System.Security.Cryptography.X509Certificates;

namespace MailApi.IntegrationTests.Smtp;

/// <summary>Whether connections come through.</summary>
internal enum Listening
{
    Accept,

    /// <summary>The port is bound and refuses.</summary>
    Refuse,

    /// <summary>SYNs are dropped: the backlog is full and nobody accepts.</summary>
    Blackhole,
}

/// <summary>When TLS begins.</summary>
internal enum TlsStart
{
    Never,
    StartTls,
    Implicit,
}

/// <summary>How the TLS handshake goes on the server's side.</summary>
internal enum TlsPlay
{
    Complete,

    /// <summary>Takes the client's hello and never answers.</summary>
    Hang,

    /// <summary>Takes the client's hello and sends FIN.</summary>
    Close,

    /// <summary>Answers as a server that knows TLS 1.0 alone.</summary>
    OnlyTls10,
}

/// <summary>Ends the connection inside the message.</summary>
internal sealed record BodyFault(long AfterBytes, Then Then);

/// <summary>The name and password, or token, that the server takes.</summary>
internal sealed record SmtpCredentials(string Username, string Secret);

/// <summary>How the server behaves; the defaults make a sound one.</summary>
internal sealed record SmtpScript
{
    public Listening Listening { get; init; }

    /// <summary>EHLO keywords apart from STARTTLS and AUTH, which follow from the settings below.</summary>
    public IReadOnlyList<string> Capabilities { get; init; } =
        ["PIPELINING", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES", "SIZE 52428800"];

    public TlsStart Tls { get; init; }

    public TlsPlay Handshake { get; init; }

    public X509Certificate2 Certificate { get; init; } = TestCertificates.Valid;

    /// <summary>Refuses MAIL in clear with 530.</summary>
    public bool RequiresTls { get; init; }

    /// <summary>Set: AUTH is offered (with STARTTLS, after it) and needed before MAIL.</summary>
    public SmtpCredentials? Credentials { get; init; }

    public IReadOnlyList<string> Mechanisms { get; init; } = ["PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-256", "XOAUTH2"];

    public Func<SmtpExchange, Reply> Banner { get; init; } = x => x.Default;

    public Func<SmtpExchange, Reply> Ehlo { get; init; } = x => x.Default;

    public Func<SmtpExchange, Reply> Helo { get; init; } = x => x.Default;

    public Func<SmtpExchange, Reply> StartTls { get; init; } = x => x.Default;

    /// <summary>The last answer to AUTH; the default knows whether the credentials were right.</summary>
    public Func<SmtpExchange, Reply> Auth { get; init; } = x => x.Default;

    public Func<SmtpExchange, Reply> Mail { get; init; } = x => x.Default;

    public Func<SmtpExchange, Reply> Rcpt { get; init; } = x => x.Default;

    public Func<SmtpExchange, Reply> Data { get; init; } = x => x.Default;

    /// <summary>The answer to the final dot.</summary>
    public Func<SmtpExchange, Reply> Dot { get; init; } = x => x.Default;

    public Func<SmtpExchange, Reply> Rset { get; init; } = x => x.Default;

    public Func<SmtpExchange, Reply> Noop { get; init; } = x => x.Default;

    public Func<SmtpExchange, Reply> Quit { get; init; } = x => x.Default;

    public BodyFault? BodyFault { get; init; }

    /// <summary>Hangs up without a word when no command comes for so long.</summary>
    public TimeSpan? IdleTimeout { get; init; }

    /// <summary>Throws away whatever came in one go with a command.</summary>
    public bool AnswersOnlyFirst { get; init; }

    public bool Announces(string keyword) =>
        Capabilities.Any(c => c.Split(' ')[0].Equals(keyword, StringComparison.OrdinalIgnoreCase));

    /// <summary>The limit behind SIZE, when one is announced.</summary>
    public long? SizeLimit =>
        Capabilities.Select(c => c.Split(' ')).FirstOrDefault(c => c[0] == "SIZE") is [_, var limit]
            ? long.Parse(limit, CultureInfo.InvariantCulture)
            : null;

    /// <summary>Gives <paramref name="reply"/> to the first askings and the default from then on.</summary>
    public static Func<SmtpExchange, Reply> First(int times, Reply reply) => x => x.Nth <= times ? reply : x.Default;
}
