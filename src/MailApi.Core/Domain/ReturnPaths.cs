namespace MailApi.Core.Domain;

/// <summary>
/// The envelope sender of each message: an address of its own whose mail arrives where reports are read, or the From
/// address where there is no such domain. It follows from the id, so every attempt has the same one.
/// </summary>
/// <param name="seals">Make the addresses impossible to guess.</param>
/// <param name="mailbox">What stands before the plus sign.</param>
/// <param name="domain">Empty for none.</param>
public sealed class ReturnPaths(MessageSeals seals, string mailbox, string domain)
{
    /// <summary>The longest mailbox that leaves room for plus sign, id and seal in a local part (RFC 5321 §4.5.3.1.1).</summary>
    public const int MaxMailbox = 64 - 1 - 26 - MessageSeals.Length;

    /// <summary>The envelope sender of a message from <paramref name="from"/>.</summary>
    public EmailAddress Of(Id<Message> id, EmailAddress from)
    {
        if (domain.Length == 0)
        {
            return from;
        }

        var text = $"{mailbox}+{id.Bare}{seals.Of(id, SealPurpose.ReturnPath)}@{domain}";
        return EmailAddress.TryParse(text, out var address, out var error)
            ? address
            : throw new InvalidOperationException($"The return path '{text}' is not an address: {error}");
    }
}
