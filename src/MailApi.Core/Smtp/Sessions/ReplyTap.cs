using System.Buffers;
using MailKit;

namespace MailApi.Core.Smtp.Sessions;

/// <summary>A reply that no rule of SMTP allows; the message is a sentence to show.</summary>
internal sealed class UnruledReplyException(string message) : IOException(message);

/// <summary>
/// Watches the plain text of a session, inside TLS too: tells the clock which phase begins, cuts off replies without
/// end, and sees to it that each command has one reply, lest the answer to one message be taken for that to another.
/// Nothing it sees is logged.
/// </summary>
internal sealed class ReplyTap(PhaseClock clock) : IProtocolLogger
{
    private const int MaxReplyLength = 64 * 1024;
    private const int MaxKept = 2000;

    private readonly ArrayBufferWriter<byte> _kept = new(256);
    private int _awaited = 1;
    private int _completed;
    private int _unfinished;
    private ReplyScanner _scanner;

    public IAuthenticationSecretDetector? AuthenticationSecretDetector { get; set; }

    /// <summary>How many replies the next MAIL brings: its own and, when pipelined, those of its RCPTs.</summary>
    public int TransactionReplies { get; set; } = 1;

    /// <summary>True when every reply that arrived was asked for.</summary>
    public bool IsAligned => _completed == _awaited && _unfinished == 0;

    /// <summary>The last reply of the greeting, hand-shake or sign-in, as received.</summary>
    public ReadOnlySpan<byte> LastReply => _completed > 0 ? _kept.WrittenSpan : default;

    /// <summary>The replies that were awaited are here, and perhaps more.</summary>
    public bool HasReplies => _completed >= _awaited;

    public void LogConnect(Uri uri)
    {
        BeginExchange();
        _scanner = default;
        clock.Enter(SmtpPhase.Banner);
    }

    public void LogClient(byte[] buffer, int offset, int count)
    {
        BeginExchange();
        if (clock.Phase is SmtpPhase.DataBlock or SmtpPhase.Auth || count < 4)
        {
            // Lines of a message or of a SASL dialogue, whatever they look like.
            return;
        }

        var verb = buffer.AsSpan(offset, 4);
        if (verb.SequenceEqual("MAIL"u8))
        {
            _awaited = TransactionReplies;
            clock.Enter(SmtpPhase.Mail);
        }
        else if (Begins(verb) is { } phase)
        {
            clock.Enter(phase);
        }
    }

    public void LogServer(byte[] buffer, int offset, int count)
    {
        var text = buffer.AsSpan(offset, count);
        if (clock.Phase <= SmtpPhase.Auth && _kept.WrittenCount < MaxKept)
        {
            _kept.Write(text);
        }

        _unfinished += count;
        var before = _completed;
        for (int end; (end = _scanner.FindEnd(text)) >= 0; text = text[end..])
        {
            _completed++;
            _unfinished = text.Length - end;
        }

        if (_completed > before && clock.Phase != SmtpPhase.Auth)
        {
            // Sign-in has one time for all its steps: a server may ask for ever.
            clock.Restart();
        }

        if (_unfinished > MaxReplyLength)
        {
            throw new UnruledReplyException($"The server's reply has no end: cut off after {MaxReplyLength} bytes.");
        }
    }

    /// <summary>Before TLS, too: words in clear must not pass for words from inside (CVE-2026-41319).</summary>
    public void ThrowIfUnasked()
    {
        if (_completed > _awaited || _unfinished > 0)
        {
            throw new UnruledReplyException("The server sent a reply that no command asked for.");
        }
    }

    public void Dispose()
    {
    }

    private static SmtpPhase? Begins(ReadOnlySpan<byte> verb) => verb switch
    {
        _ when verb.SequenceEqual("DATA"u8) => SmtpPhase.DataInitiation,
        _ when verb.SequenceEqual("EHLO"u8) || verb.SequenceEqual("HELO"u8) => SmtpPhase.Ehlo,
        _ when verb.SequenceEqual("STAR"u8) => SmtpPhase.StartTls,
        _ when verb.SequenceEqual("AUTH"u8) => SmtpPhase.Auth,
        _ when verb.SequenceEqual("RSET"u8) => SmtpPhase.Reset,
        _ when verb.SequenceEqual("QUIT"u8) => SmtpPhase.Quit,
        _ => null,
    };

    // What is written stays in GuardedStream until a read, so a command that is stopped here never leaves.
    private void BeginExchange()
    {
        ThrowIfUnasked();
        if (_completed == 0)
        {
            return;
        }

        _completed = 0;
        _awaited = 1;
        _kept.ResetWrittenCount();
    }
}
