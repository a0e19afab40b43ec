using System.Globalization;
using System.Text;

namespace MailApi.Core.Domain;

/// <summary>
/// The header lines that are the service's and not the author's. They follow from the message's row, so every attempt
/// carries the same ones, and a new <c>send_at</c> or a resend needs no new composing.
/// </summary>
public sealed class ServiceHeaders(MessageSeals seals)
{
    /// <summary>The Message-ID (RFC 5322 §3.6.4), without angle brackets: id, dot, seal.</summary>
    public string MessageId(Id<Message> id, string from) =>
        $"{id.Bare}.{seals.Of(id, SealPurpose.MessageId)}@{from[(from.LastIndexOf('@') + 1)..]}";

    /// <summary>Message-ID and Date, each line ended by CRLF.</summary>
    /// <param name="id">The message.</param>
    /// <param name="from">The address of From, whose domain the Message-ID bears.</param>
    /// <param name="date">When it was accepted, or is to be sent.</param>
    public byte[] Write(Id<Message> id, string from, DateTimeOffset date) => Encoding.ASCII.GetBytes(
        string.Create(
            CultureInfo.InvariantCulture,
            $"Message-ID: <{MessageId(id, from)}>\r\nDate: {date.UtcDateTime:ddd, dd MMM yyyy HH:mm:ss} +0000\r\n"));
}
