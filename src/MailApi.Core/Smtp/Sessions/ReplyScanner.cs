namespace MailApi.Core.Smtp.Sessions;

/// <summary>Finds where replies end, in octets that come in pieces.</summary>
internal struct ReplyScanner
{
    private int _column;
    private bool _more;

    /// <summary>How many octets of <paramref name="text"/> belong to the reply under way; -1 when it goes on after them.</summary>
    public int FindEnd(ReadOnlySpan<byte> text)
    {
        for (var start = 0; ;)
        {
            var end = text[start..].IndexOf((byte)'\n');
            if (end < 0)
            {
                ReadLinePart(text[start..]);
                return -1;
            }

            ReadLinePart(text.Slice(start, end));
            _column = 0;
            start += end + 1;
            if (!_more)
            {
                return start;
            }
        }
    }

    // The fourth character of a line tells whether the reply goes on (RFC 5321 §4.2.1).
    private void ReadLinePart(ReadOnlySpan<byte> part)
    {
        if (_column == 0)
        {
            _more = false;
        }

        if (_column <= 3 && _column + part.Length > 3)
        {
            _more = part[3 - _column] == '-';
        }

        _column += part.Length;
    }
}
