namespace MailApi.Core.Domain;

/// <summary>
/// The MIME of a message without the lines the service puts first (Message-ID, Date), once per message, apart from the
/// rows that are scanned.
/// </summary>
public sealed class MessageContent
{
    public required Id<Message> MessageId { get; init; }

    /// <summary>True when <see cref="Mime"/> is compressed with Brotli (RFC 7932).</summary>
    public required bool Compressed { get; init; }

    public required byte[] Mime { get; init; }
}
