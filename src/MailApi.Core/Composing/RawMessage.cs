using System.Diagnostics.CodeAnalysis;
using MailApi.Core.Domain;
using MimeKit;

namespace MailApi.Core.Composing;

/// <summary>An author's message, ready to be stored.</summary>
/// <param name="Mime">Its bytes with CRLF line ends and without the fields that are the service's.</param>
/// <param name="From">Its one author.</param>
/// <param name="Subject">Decoded; empty when there is none.</param>
public sealed record PreparedRaw(byte[] Mime, Mailbox From, string Subject);

/// <summary>
/// Takes a whole message as its author wrote it. Bare CR and LF become CRLF, which leaves nothing that some servers would
/// take for the end of DATA; Bcc, Return-Path, Message-ID and Date go; everything else stays byte for byte, unless a line
/// is longer than 998 octets or a header field is not ASCII: then the message is written anew.
/// </summary>
public static class RawMessage
{
    private const int MaxLine = 998;

    private static readonly string[] Removed =
        ["bcc", "resent-bcc", "return-path", "message-id", "date", "x-original-message-id"];

    public static bool TryPrepare(
        byte[] raw, [NotNullWhen(true)] out PreparedRaw? prepared, [NotNullWhen(false)] out string? error)
    {
        prepared = null;
        if (raw.Contains((byte)0))
        {
            error = "A message has no NUL octets (RFC 5322 §4).";
            return false;
        }

        var lines = Normalise(raw);
        if (!TrySplit(lines, out var header, out var body))
        {
            error = "This is no message: a header with at least From is expected, then an empty line and the body.";
            return false;
        }

        var kept = Keep(header);
        byte[] mime = [.. kept, .. "\r\n"u8, .. body];
        using var message = MimeMessage.Load(new MemoryStream(mime));
        if (message.From.Count != 1 || message.From[0] is not MailboxAddress author
            || !Mailbox.TryCreate(author.Address, Name(author), out var from, out _))
        {
            error = "The From of the message must be exactly one mailbox.";
            return false;
        }

        if (HasLongLine(mime) || kept.Any(b => b > 127))
        {
            mime = Rewrite(message);
        }

        error = null;
        prepared = new PreparedRaw(mime, from, Line(message.Subject));
        return true;
    }

    private static string? Name(MailboxAddress author) => string.IsNullOrEmpty(author.Name) ? null : Line(author.Name);

    private static string Line(string? text) => string.Concat((text ?? "").Where(c => !char.IsControl(c)));

    /// <summary>Every CR LF, lone CR and lone LF ends a line.</summary>
    private static byte[] Normalise(byte[] raw)
    {
        using var lines = new MemoryStream(raw.Length + 64);
        for (var i = 0; i < raw.Length; i++)
        {
            if (raw[i] is not ((byte)'\r' or (byte)'\n'))
            {
                lines.WriteByte(raw[i]);
                continue;
            }

            lines.Write("\r\n"u8);
            if (raw[i] == '\r' && i + 1 < raw.Length && raw[i + 1] == '\n')
            {
                i++;
            }
        }

        return lines.ToArray();
    }

    private static bool TrySplit(byte[] lines, out byte[] header, out byte[] body)
    {
        var end = lines.AsSpan().IndexOf("\r\n\r\n"u8);
        header = end < 0 ? [] : lines[..(end + 2)];
        body = end < 0 ? [] : lines[(end + 4)..];
        return end > 0 && header[0] is not ((byte)' ' or (byte)'\t') && header.AsSpan().IndexOf((byte)':') > 0;
    }

    /// <summary>The header block without the fields that are the service's, each with its folded lines.</summary>
    private static byte[] Keep(byte[] header)
    {
        using var kept = new MemoryStream(header.Length);
        var keep = true;
        for (var rest = header.AsSpan(); !rest.IsEmpty;)
        {
            var end = rest.IndexOf("\r\n"u8) + 2;
            var line = rest[..end];
            if (line[0] is not ((byte)' ' or (byte)'\t'))
            {
                var colon = line.IndexOf((byte)':');
                var name = System.Text.Encoding.ASCII.GetString(line[..Math.Max(colon, 0)]).TrimEnd();
                keep = colon > 0 && !Removed.Contains(name.ToLowerInvariant());
            }

            if (keep)
            {
                kept.Write(line);
            }

            rest = rest[end..];
        }

        return kept.ToArray();
    }

    private static bool HasLongLine(ReadOnlySpan<byte> mime)
    {
        for (var rest = mime; !rest.IsEmpty;)
        {
            var end = rest.IndexOf((byte)'\n');
            if ((end < 0 ? rest.Length : end - 1) > MaxLine)
            {
                return true;
            }

            rest = end < 0 ? default : rest[(end + 1)..];
        }

        return false;
    }

    private static byte[] Rewrite(MimeMessage message)
    {
        message.Headers.Remove(HeaderId.Date);
        message.Headers.Remove(HeaderId.MessageId);
        message.Prepare(EncodingConstraint.EightBit, MaxLine);
        var international = message.From.Concat(message.To).Concat(message.Cc).Concat(message.ReplyTo)
            .OfType<MailboxAddress>().Any(m => m.IsInternational);
        return MimeComposer.Write(message, international);
    }
}
