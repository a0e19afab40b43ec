using MailApi.Core.Bounces.Reports;
using MailApi.Core.Domain;

namespace MailApi.Core.Feedback;

/// <summary>News of one message in a relay's own words, such as its webhook tells: a report that needs no reading.</summary>
/// <param name="Kind">What has happened.</param>
/// <param name="Recipients">To whom.</param>
/// <param name="Identifiers">
/// Whatever the relay says that may name the message: its Message-ID, values of headers and metadata that we gave. Those
/// without a seal of ours are passed over.
/// </param>
public sealed record RelayNotice(
    ReportKind Kind, IReadOnlyList<NoticedRecipient> Recipients, IReadOnlyList<string> Identifiers)
{
    /// <summary>The same, as if it had been read from a mail.</summary>
    internal BounceReport ToReport() => new(
        Kind,
        [
            .. Recipients.Select(r => new ReportedRecipient(
                Kind, r.Email, null, r.Verdict, r.Code, r.EnhancedCode, r.Diagnostic)),
        ],
        new OriginalMessage { References = Identifiers });
}

/// <summary>One recipient of a <see cref="RelayNotice"/>.</summary>
/// <param name="Email">As the relay names it.</param>
public sealed record NoticedRecipient(string Email)
{
    /// <summary>The reply code of the server that refused.</summary>
    public int? Code { get; init; }

    /// <summary>Its enhanced status code.</summary>
    public string? EnhancedCode { get; init; }

    /// <summary>Its words.</summary>
    public string? Diagnostic { get; init; }

    /// <summary>The relay's own verdict, for replies that say less than it knows; when null the reply is classified.</summary>
    public Bounce? Verdict { get; init; }
}
