using MimeKit;

namespace MailApi.Core.Smtp.Sessions;

/// <summary>
/// Stands in for a message that is already composed: MailKit wants a <see cref="MimeMessage"/>, which would write its
/// own headers and an empty line before asking the body. Only a parsed message whose text had no empty line writes
/// neither (and of the two parsers only this one remembers that), so that is what is made here, once per session, with
/// a body that writes all the bytes as they are.
/// </summary>
internal sealed class StoredMessage
{
    private static readonly ParserOptions Options = RegisterBody();

    private readonly StoredBody _body;

    public StoredMessage(bool eightBit)
    {
        using var template = new MemoryStream((eightBit
            ? "Content-Type: application/x-stored\r\nContent-Transfer-Encoding: 8bit\r\n"u8
            : "Content-Type: application/x-stored\r\nContent-Transfer-Encoding: 7bit\r\n"u8).ToArray());
        Message = new ExperimentalMimeParser(Options, template, MimeFormat.Entity).ParseMessage();
        _body = (StoredBody)Message.Body!;
    }

    public MimeMessage Message { get; }

    /// <summary>Format options under which nothing but the stored bytes is written.</summary>
    public static FormatOptions Format(bool international)
    {
        var format = FormatOptions.Default.Clone();
        format.International = international;
        format.HiddenHeaders.Add(HeaderId.ContentType);
        format.HiddenHeaders.Add(HeaderId.ContentTransferEncoding);
        return format;
    }

    public void Load(MessageBytes bytes, PhaseClock clock) => (_body.Bytes, _body.Clock) = (bytes, clock);

    public void Unload() => (_body.Bytes, _body.Clock) = (null, null);

    private static ParserOptions RegisterBody()
    {
        var options = ParserOptions.Default.Clone();
        options.RegisterMimeType("application/x-stored", typeof(StoredBody));
        return options;
    }
}

/// <summary>A body that is the whole message, headers included.</summary>
/// <remarks>Public for MimeKit's parser, which makes it.</remarks>
public sealed class StoredBody(MimeEntityConstructorArgs args) : MimePart(args)
{
    // Larger pieces would make MailKit's dot-stuffing filter allocate as much again.
    private const int BlockLength = 32 * 1024;

    internal MessageBytes? Bytes { get; set; }

    internal PhaseClock? Clock { get; set; }

    public override async Task WriteToAsync(
        FormatOptions options, Stream stream, bool contentOnly, CancellationToken cancellationToken = default)
    {
        if (Bytes is not { } bytes)
        {
            throw new InvalidOperationException("No message is loaded.");
        }

        Clock?.Enter(SmtpPhase.DataBlock);
        await stream.WriteAsync(bytes.Prefix, cancellationToken);
        for (var rest = bytes.Mime; !rest.IsEmpty;)
        {
            var block = rest[..Math.Min(BlockLength, rest.Length)];
            await stream.WriteAsync(block, cancellationToken);
            rest = rest[block.Length..];
        }
    }
}
