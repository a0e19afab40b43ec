using MailApi.Core.Domain;
using MimeKit;

namespace MailApi.Core.Smtp.Sessions;

/// <summary>Writes envelope addresses the way MailKit wants them.</summary>
internal static class Envelope
{
    /// <summary>False when MailKit would send another address than was asked for.</summary>
    public static bool TryWrite(EmailAddress address, out MailboxAddress? mailbox)
    {
        // MimeKit turns A-labels into U-labels as it parses, which would make every such address need SMTPUTF8. It
        // knows them by their prefix in lower case; in a domain name case is without meaning (RFC 5890 §2.3.2.1).
        var text = $"{address.LocalPart}@{address.Domain.Replace("xn--", "XN--", StringComparison.Ordinal)}";
        try
        {
            mailbox = new MailboxAddress(string.Empty, text);
            return mailbox.Address == text;
        }
        catch (ParseException)
        {
            mailbox = null;
            return false;
        }
    }
}
