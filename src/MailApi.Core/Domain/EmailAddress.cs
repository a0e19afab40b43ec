namespace MailApi.Core.Domain;

/// <summary>
/// A mail address that can be used in an envelope: the local part as given (NFC), the domain in lower case and as
/// A-labels (RFC 5890). Made by <c>TryParse</c> only.
/// </summary>
public sealed record EmailAddress
{
    private EmailAddress(string localPart, string domain)
    {
        LocalPart = localPart;
        Domain = domain;
    }

    /// <summary>Left of the at sign, as the author wrote it.</summary>
    public string LocalPart { get; }

    /// <summary>Right of the at sign: lower case, A-labels.</summary>
    public string Domain { get; }

    /// <summary>True when the local part needs SMTPUTF8 (RFC 6531) on the way.</summary>
    public bool IsInternational => LocalPart.Any(c => c > 127);

    /// <summary>What two spellings of one mailbox share, for look-ups: the whole address in lower case.</summary>
    public string Key => ToString().ToLowerInvariant();

    /// <summary>
    /// Reads a bare address. False with a sentence for the caller in <paramref name="error"/> when it cannot be mailed to.
    /// </summary>
    public static bool TryParse(string? text, out EmailAddress? address, out string? error)
    {
        var at = text?.LastIndexOf('@') ?? -1;
        address = at > 0 ? new EmailAddress(text![..at], text[(at + 1)..].ToLowerInvariant()) : null;
        error = address is null ? "An address has the form local-part@domain." : null;
        return address is not null;
    }

    public override string ToString() => $"{LocalPart}@{Domain}";
}
