using MailApi.Core.Smtp;

namespace MailApi.Core.Feedback.Mailboxes;

/// <summary>How a mailbox is read.</summary>
public enum MailboxProtocol
{
    /// <summary>RFC 9051: mail is moved to folders, and news comes at once where the server offers IDLE.</summary>
    Imap,

    /// <summary>RFC 1939: what is understood is deleted, the rest stays on the server.</summary>
    Pop3,
}

/// <summary>Section <c>Bounces:Mailbox</c>: the mailbox that reports arrive in. It should get nothing else.</summary>
public sealed class MailboxOptions
{
    internal const string Section = "Bounces:Mailbox";

    public MailboxProtocol Protocol { get; set; }

    /// <summary>The name or address to dial; empty when there is no mailbox.</summary>
    public string Host { get; set; } = "";

    /// <summary>Default 993 or 995 for <c>tls</c>, else 143 or 110.</summary>
    public int? Port { get; set; }

    /// <summary>Default <c>starttls</c> on port 143 or 110, else <c>tls</c>.</summary>
    public RelaySecurity? Security { get; set; }

    public string Username { get; set; } = "";

    /// <summary>The password; with <c>xoauth2</c> and <c>oauthbearer</c> the access token.</summary>
    public string Password { get; set; } = "";

    /// <summary>A mechanism, or <c>auto</c> for the best that the server offers.</summary>
    public string Auth { get; set; } = "auto";

    /// <summary>Permits a password or token to cross the network without TLS.</summary>
    public bool AllowCleartextPassword { get; set; }

    /// <summary>
    /// The wait between looks, 1 s to 1 h; default 1 min. Where the server offers IDLE, news does not wait for it.
    /// </summary>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Where reports arrive (IMAP).</summary>
    public string Folder { get; set; } = "INBOX";

    /// <summary>Where mail goes that was understood (IMAP); made when missing, <c>/</c> between levels.</summary>
    public string ProcessedFolder { get; set; } = "Processed";

    /// <summary>Where mail goes that somebody should look at (IMAP); made when missing.</summary>
    public string NotUnderstoodFolder { get; set; } = "NotUnderstood";

    /// <summary>To reach one of the host's addresses; default 30 s.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>For the answer to one command; default 2 min.</summary>
    public TimeSpan CommandTimeout { get; set; } = TimeSpan.FromMinutes(2);

    internal bool IsConfigured => Host.Length > 0 || Username.Length > 0 || Password.Length > 0;

    internal RelaySecurity EffectiveSecurity =>
        Security ?? (Port is 143 or 110 ? RelaySecurity.StartTls : RelaySecurity.Tls);

    internal int EffectivePort => Port ?? (Protocol, EffectiveSecurity) switch
    {
        (MailboxProtocol.Imap, RelaySecurity.Tls) => 993,
        (MailboxProtocol.Imap, _) => 143,
        (_, RelaySecurity.Tls) => 995,
        _ => 110,
    };

    /// <summary>What is wrong with the section: one sentence per fault, which names the key.</summary>
    public IEnumerable<string> Validate() => IsConfigured ? MailboxOptionsRules.Check(this) : [];
}
