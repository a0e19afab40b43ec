namespace MailApi.Core.Smtp.Sessions;

/// <summary>
/// What arrives while a command has left before the client has written it. Its reply is kept until the client does, as if
/// it had left then; the replies before it are the client's to read at once.
/// </summary>
internal sealed class CommandAhead
{
    private readonly byte[] _buffer = new byte[4096];
    private ReadOnlyMemory<byte> _command;
    private ReadOnlyMemory<byte> _kept;
    private ReplyScanner _scanner;
    private int _before;

    /// <summary>A command has left, and the client has not written it yet.</summary>
    public bool IsOut => !_command.IsEmpty;

    /// <summary>Something has arrived that the client has not read.</summary>
    public bool HasReplies => !_kept.IsEmpty;

    /// <summary>Where to receive into when nothing is kept.</summary>
    public Memory<byte> Room => _buffer;

    /// <summary>A command leaves.</summary>
    /// <param name="command">With its line end.</param>
    /// <param name="before">How many replies come before its own.</param>
    public void Leave(ReadOnlyMemory<byte> command, int before) => (_command, _before, _scanner) = (command, before, default);

    /// <summary>True when this is what has left: from here on everything is the client's to read.</summary>
    public bool TryClaim(ReadOnlySpan<byte> written)
    {
        if (!written.SequenceEqual(_command.Span))
        {
            return false;
        }

        Forget();
        return true;
    }

    /// <summary>The command's reply is nobody's any more.</summary>
    public void Forget() => _command = default;

    public void Keep(ReadOnlyMemory<byte> received) => _kept = received;

    /// <summary>Hands out what has come; while a command is out, no more than the replies before its own.</summary>
    public int Read(Memory<byte> buffer)
    {
        var count = Math.Min(buffer.Length, _kept.Length);
        if (IsOut)
        {
            count = LengthBefore(_kept.Span[..count]);
        }

        _kept[..count].CopyTo(buffer);
        _kept = _kept[count..];
        return count;
    }

    /// <summary>Drops what has come of a reply. True when that is all of it.</summary>
    /// <param name="first">Its first octet; 0 before anything has come.</param>
    public bool Drop(ref byte first)
    {
        first = first == 0 ? _kept.Span[0] : first;
        var end = _scanner.FindEnd(_kept.Span);
        _kept = end < 0 ? default : _kept[end..];
        return end >= 0;
    }

    private int LengthBefore(ReadOnlySpan<byte> text)
    {
        var length = 0;
        while (_before > 0)
        {
            var end = _scanner.FindEnd(text[length..]);
            if (end < 0)
            {
                return text.Length;
            }

            length += end;
            _before--;
        }

        // Whoever asks for more than came before the command has lost count, and shall see it.
        return length > 0 ? length : text.Length;
    }
}
