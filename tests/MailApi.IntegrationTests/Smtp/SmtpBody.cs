namespace MailApi.IntegrationTests.Smtp;

/// <summary>How the reading of a message ended.</summary>
/// <param name="Bytes">The message after dot-unstuffing; null when its end never came.</param>
/// <param name="Fault">What the script wants done in the middle of it.</param>
internal readonly record struct SmtpBodyResult(byte[]? Bytes, Then? Fault);

/// <summary>Reads a message up to its final dot, strictly: only CRLF.CRLF ends it (RFC 5321 §4.1.1.4).</summary>
internal static class SmtpBody
{
    private const int LineLimit = 1000;

    private static ReadOnlySpan<byte> End => "\r\n.\r\n"u8;

    public static async Task<SmtpBodyResult> ReadAsync(
        SmtpWire wire, BodyFault? fault, Action<string> violation, CancellationToken cancellationToken)
    {
        // The line end of the DATA command counts as the first two bytes of an empty message's end.
        using var body = new MemoryStream();
        body.Write("\r\n"u8);
        while (await wire.ReadAsync(cancellationToken) is { Length: > 0 } bytes)
        {
            var from = Math.Max(0, (int)body.Length - End.Length + 1);
            body.Write(bytes);
            if (fault is not null && body.Length >= fault.AfterBytes)
            {
                return new SmtpBodyResult(null, fault.Then);
            }

            var received = body.GetBuffer().AsSpan(0, (int)body.Length);
            var end = received[from..].IndexOf(End);
            if (end >= 0)
            {
                wire.Unread(received[(from + end + End.Length)..]);
                return new SmtpBodyResult(Unstuff(received[..(from + end + 2)], violation), null);
            }
        }

        return default;
    }

    private static byte[] Unstuff(ReadOnlySpan<byte> body, Action<string> violation)
    {
        var message = new List<byte>(body.Length);
        var rest = body[2..];
        while (!rest.IsEmpty)
        {
            var length = rest.IndexOf("\r\n"u8) + 2;
            var line = rest[..length];
            line = line[0] == '.' ? line[1..] : line;
            Check(line, violation);
            message.AddRange(line);
            rest = rest[length..];
        }

        return [.. message];
    }

    private static void Check(ReadOnlySpan<byte> line, Action<string> violation)
    {
        if (line[..^2].IndexOfAny((byte)'\r', (byte)'\n') >= 0)
        {
            violation("bare CR or LF in the message");
        }

        if (line.Length > LineLimit)
        {
            violation($"line of {line.Length} octets in the message");
        }
    }
}
