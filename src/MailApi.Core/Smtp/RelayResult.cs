using MailApi.Core.Domain;

namespace MailApi.Core.Smtp;

/// <summary>How a transaction ended for one recipient.</summary>
public enum RecipientResultKind
{
    /// <summary>The server took responsibility.</summary>
    Delivered,

    /// <summary>Refused for now, or not reached: another attempt is due.</summary>
    Deferred,

    /// <summary>Refused for good.</summary>
    Bounced,
}

/// <summary>One recipient's share of an attempt.</summary>
/// <param name="Recipient">The address the transaction was for.</param>
/// <param name="Kind">How it ended.</param>
/// <param name="Reply">The reply that decided it; null when no reply came.</param>
/// <param name="Bounce">The verdict on a refusal, also for temporary ones; null when delivered.</param>
/// <param name="Reason">A sentence when no reply explains it: <c>connection timed out after 30 s</c>. No addresses, no secrets.</param>
public sealed record RecipientResult(
    EmailAddress Recipient, RecipientResultKind Kind, SmtpReply? Reply, Bounce? Bounce, string? Reason);

/// <summary>What is known of one SMTP attempt for the recipients of one message.</summary>
public sealed record RelayResult
{
    /// <summary>One entry per recipient that was asked for, in any order.</summary>
    public required IReadOnlyList<RecipientResult> Recipients { get; init; }

    /// <summary>The name of the relay in the configuration; <c>sandbox</c> for simulated ones.</summary>
    public required string Relay { get; init; }

    /// <summary>The host that was dialled.</summary>
    public string? Host { get; init; }

    /// <summary>The address the connection went to.</summary>
    public string? Ip { get; init; }

    /// <summary><c>TLSv1.3</c> and the like; null when the session was in clear.</summary>
    public string? Tls { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public required DateTimeOffset FinishedAt { get; init; }

    /// <summary>
    /// The relay itself is in trouble (unreachable, bad certificate, wrong password): nobody was refused, another relay
    /// may be tried at once, and the next attempt need not wait the full schedule.
    /// </summary>
    public bool RelayTrouble { get; init; }

    /// <summary>The relay hangs, and the message left before anything was begun for it: this is no attempt.</summary>
    public bool NotBegun { get; init; }

    /// <summary>The final dot was sent and no reply came: the message may have been taken. Never fail over after this.</summary>
    public bool Ambiguous { get; init; }
}
