using System.Text;
using MimeKit;

namespace MailApi.Core.Bounces.Reports;

/// <summary>
/// Understands one mail: a delivery status (RFC 3464, RFC 6533), a complaint (RFC 5965), a bounce without a standard
/// form, an automatic answer (RFC 3834), or none of them. A function of the bytes; what is hostile in them is cut off.
/// </summary>
public static class ReportReader
{
    internal const int MaxDepth = 12;
    internal const int MaxRecipients = 1000;

    /// <summary>What a report has to say stands at its front; behind it are other people's attachments.</summary>
    private const int MaxBytes = 1024 * 1024;
    private const int MaxLines = 20_000;
    private const int MaxRun = 64 * 1024;

    private static readonly ParserOptions Options = new()
    {
        MaxMimeDepth = MaxDepth,
        MaxAddressGroupDepth = 2,
        CharsetEncoding = Encoding.UTF8,
    };

    /// <summary>Reads as much of the stream as a report needs.</summary>
    public static async Task<BounceReport> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        var buffer = new byte[MaxBytes];
        var length = await stream.ReadAtLeastAsync(buffer, MaxBytes, throwOnEndOfStream: false, cancellationToken);
        return Read(buffer.AsMemory(0, length));
    }

    public static BounceReport Read(ReadOnlyMemory<byte> bytes)
    {
        using var message = Parse(bytes.Span);
        if (message is null)
        {
            return new BounceReport(ReportKind.None, [], new OriginalMessage());
        }

        return ReportInterpreter.Of(MailContent.Of(message));
    }

    /// <summary>A mail that stands inside of another one's text.</summary>
    internal static MailContent? ReadInner(string text) =>
        Parse(Encoding.UTF8.GetBytes(text)) is { } message ? MailContent.Of(message) : null;

    private static MimeMessage? Parse(ReadOnlySpan<byte> bytes)
    {
        var head = Cut(bytes);
        try
        {
            return MimeMessage.Load(Options, new MemoryStream(head, writable: false), persistent: true);
        }
        catch (FormatException)
        {
            // Not a mail at all.
            return null;
        }
    }

    /// <summary>
    /// The front of the mail: without the line that mbox files put before it, and of lines that are endless, or that
    /// indented lines continue without end, as a hostile header has them, only the beginning.
    /// </summary>
    private static byte[] Cut(ReadOnlySpan<byte> bytes)
    {
        var rest = bytes.Length > MaxBytes ? bytes[..MaxBytes] : bytes;
        if (rest.StartsWith("From "u8))
        {
            rest = rest[LineLength(rest)..];
        }

        var head = new byte[rest.Length];
        var (length, run) = (0, 0);
        for (var lines = 0; lines < MaxLines && !rest.IsEmpty; lines++)
        {
            var end = LineLength(rest);
            run = rest[0] is (byte)' ' or (byte)'\t' ? run : 0;
            var kept = Math.Min(end, MaxRun - run);
            rest[..kept].CopyTo(head.AsSpan(length));
            length += kept;
            run += kept;
            if (kept > 0 && kept < end)
            {
                head[length - 1] = (byte)'\n';
            }

            rest = rest[end..];
        }

        return head[..length];
    }

    private static int LineLength(ReadOnlySpan<byte> text) =>
        text.IndexOf((byte)'\n') is var end and >= 0 ? end + 1 : text.Length;
}
