using MailApi.Core.Domain;

namespace MailApi.Core.Bounces.Reports;

/// <summary>What a mail in the mailbox for reports is.</summary>
public enum ReportKind
{
    /// <summary>Delivery to the recipients has failed for good.</summary>
    Bounce,

    /// <summary>Delivery is late and still tried.</summary>
    Delay,

    /// <summary>A recipient called the message abuse (RFC 5965).</summary>
    Complaint,

    /// <summary>A program answered in a recipient's place: a vacation notice, a challenge.</summary>
    AutoReply,

    /// <summary>The message arrived.</summary>
    Delivered,

    /// <summary>Nothing of these: ordinary mail.</summary>
    None,
}

/// <summary>One mail, understood.</summary>
/// <param name="Kind">Of the gravest news in it.</param>
/// <param name="Recipients">Those the news is about.</param>
/// <param name="Original">What the report says of the message it is about.</param>
public sealed record BounceReport(ReportKind Kind, IReadOnlyList<ReportedRecipient> Recipients, OriginalMessage Original)
{
    /// <summary>The verdict of a report that names no recipient it could be the verdict on.</summary>
    public Bounce? Verdict { get; init; }
}

/// <summary>One recipient and what became of the message to them.</summary>
/// <param name="Kind">Differs from the report's where it tells of several fates.</param>
/// <param name="Email">The address we sent to, as far as the report says.</param>
/// <param name="FinalEmail">The address that failed in the end, where the report names another one.</param>
/// <param name="Verdict">Null for deliveries, and for complaints but those that a program made about authentication.</param>
/// <param name="Code">The reply code quoted.</param>
/// <param name="EnhancedCode">The enhanced status code quoted.</param>
/// <param name="Diagnostic">The words the verdict rests on.</param>
public sealed record ReportedRecipient(
    ReportKind Kind,
    string Email,
    string? FinalEmail,
    Bounce? Verdict,
    int? Code,
    string? EnhancedCode,
    string? Diagnostic);

/// <summary>What identifies the message that a report is about. Everything here is the word of a stranger.</summary>
public sealed record OriginalMessage
{
    /// <summary>The Message-ID of the returned message, without angle brackets.</summary>
    public string? MessageId { get; init; }

    /// <summary>Message-IDs the report answers (In-Reply-To, References), for those that return nothing.</summary>
    public IReadOnlyList<string> References { get; init; } = [];

    /// <summary>Return-Path of the returned message.</summary>
    public string? EnvelopeSender { get; init; }

    /// <summary>The ENVID that we gave (RFC 3461 §4.4), decoded.</summary>
    public string? EnvelopeId { get; init; }

    /// <summary>The addresses the report itself was sent to: our return path is one of them.</summary>
    public IReadOnlyList<string> ReportSentTo { get; init; } = [];

    /// <summary>The returned message's To and Cc.</summary>
    public IReadOnlyList<string> Recipients { get; init; } = [];

    /// <summary>The returned message's headers that begin with <c>X-</c>; the first of each name.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();
}
