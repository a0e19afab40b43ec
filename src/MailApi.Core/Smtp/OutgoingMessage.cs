using MailApi.Core.Domain;

namespace MailApi.Core.Smtp;

/// <summary>A message as it is handed to a relay.</summary>
/// <param name="Sender">The envelope sender (RFC 5321 §4.1.1.2).</param>
/// <param name="Recipients">The envelope recipients of this transaction.</param>
/// <param name="Prefix">Header lines the service puts first (Message-ID, Date …), each ended by CRLF.</param>
/// <param name="Mime">The rest of the message: headers, empty line, body; CRLF throughout.</param>
public sealed record OutgoingMessage(
    EmailAddress Sender, IReadOnlyList<EmailAddress> Recipients, ReadOnlyMemory<byte> Prefix, ReadOnlyMemory<byte> Mime)
{
    /// <summary>
    /// Asked when a session is at hand, which may have taken long: false when the message is not to be sent after all, and
    /// then the attempt ends as if it were cancelled.
    /// </summary>
    public Func<bool> MayBegin { get; init; } = () => true;

    /// <summary>
    /// Asked while the relay hangs: true when another would take the message. It then leaves if nothing was begun for it.
    /// Null when it stays whatever happens.
    /// </summary>
    public Func<bool>? MayLeave { get; init; }

    /// <summary>Told once when the relay hangs with a transaction begun, and others will send what would come after it.</summary>
    public Action LeftBehind { get; init; } = () => { };
}
