using System.Text;
using MimeKit;

namespace MailApi.Core.Smtp.Sessions;

/// <summary>Rewrites a message for a server that lacks 8BITMIME or SMTPUTF8.</summary>
internal static class Downgrade
{
    private const int MaxLineLength = 998;

    private static readonly FormatOptions Wire = CrLf();

    /// <summary>The same message, its body in quoted-printable or base64 and its headers in US-ASCII.</summary>
    public static MessageBytes ToAscii(MessageBytes message)
    {
        var text = new MemoryStream();
        text.Write(message.Prefix.Span);
        text.Write(message.Mime.Span);
        text.Position = 0;
        using var parsed = MimeMessage.Load(text);
        foreach (var header in parsed.Headers)
        {
            Encode(header);
        }

        for (var parts = new MimeIterator(parsed); parts.MoveNext();)
        {
            foreach (var header in parts.Current!.Headers)
            {
                Encode(header);
            }
        }

        parsed.Prepare(EncodingConstraint.SevenBit, MaxLineLength);
        var ascii = new MemoryStream();
        parsed.WriteTo(Wire, ascii);
        return MessageBytes.Of(ReadOnlyMemory<byte>.Empty, ascii.ToArray());
    }

    private static void Encode(Header header)
    {
        if (Ascii.IsValid(header.RawValue))
        {
            return;
        }

        if (IsAddressField(header.Id) && InternetAddressList.TryParse(header.RawValue, out var addresses))
        {
            header.SetValue(Wire, Encoding.UTF8, WithoutInternational(addresses).ToString(Wire, encode: false));
        }
        else
        {
            header.SetValue(Wire, Encoding.UTF8, header.Value);
        }
    }

    private static bool IsAddressField(HeaderId id) => id is HeaderId.From or HeaderId.Sender or HeaderId.ReplyTo
        or HeaderId.To or HeaderId.Cc or HeaderId.Bcc or HeaderId.ResentFrom or HeaderId.ResentSender
        or HeaderId.ResentReplyTo or HeaderId.ResentTo or HeaderId.ResentCc or HeaderId.ResentBcc;

    // A mailbox that cannot be written in US-ASCII becomes an empty group of that name (RFC 6857 §3.1.3).
    private static InternetAddressList WithoutInternational(InternetAddressList addresses) =>
        [.. addresses.Select(address => address is MailboxAddress mailbox && !Ascii.IsValid(mailbox.LocalPart)
            ? new GroupAddress(string.IsNullOrEmpty(mailbox.Name) ? mailbox.Address : mailbox.Name)
            : address)];

    private static FormatOptions CrLf()
    {
        var format = FormatOptions.Default.Clone();
        format.NewLineFormat = NewLineFormat.Dos;
        format.International = false;
        return format;
    }
}
