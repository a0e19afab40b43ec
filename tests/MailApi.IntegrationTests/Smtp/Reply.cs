using System.Globalization;
using System.Text;

namespace MailApi.IntegrationTests.Smtp;

/// <summary>What the server does with the connection after a reply.</summary>
internal enum Then
{
    /// <summary>Reads the next command.</summary>
    Continue,

    /// <summary>Sends FIN.</summary>
    Close,

    /// <summary>Sends RST.</summary>
    Reset,

    /// <summary>Stays silent, but reads on, until the client hangs up or the test ends.</summary>
    Stall,

    /// <summary>Stays silent and reads nothing more: the client's window shrinks to zero.</summary>
    Freeze,
}

/// <summary>One answer of the scripted server: bytes, their pace, and what follows.</summary>
internal sealed record Reply
{
    private const int ChunkSize = 65_536;

    /// <summary>What is written, piece by piece; may be very long.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> Chunks { get; private init; } = [];

    /// <summary>The three digits of the last line; 0 when it has none.</summary>
    public int Code { get; private init; }

    public Then Next { get; private init; }

    /// <summary>What has to happen before the first byte.</summary>
    public Task Held { get; init; } = Task.CompletedTask;

    /// <summary>The wait before the first byte.</summary>
    public TimeSpan Delay { get; private init; }

    /// <summary>The wait after each chunk.</summary>
    public TimeSpan Pause { get; private init; }

    /// <summary>After the final dot: whether the message is kept. A 2xx keeps it, unless told otherwise.</summary>
    public bool Keeps { get; private init; }

    public bool IsPositive => Code is >= 200 and < 300;

    public static Reply Close { get; } = new() { Next = Then.Close };

    public static Reply Reset { get; } = new() { Next = Then.Reset };

    public static Reply Stall { get; } = new() { Next = Then.Stall };

    /// <summary>Whole lines as they go on the wire, <c>250-one</c> and <c>250 two</c>; CRLF is added.</summary>
    public static Reply Lines(params IEnumerable<string> lines) => Raw(string.Concat(lines.Select(l => l + "\r\n")));

    /// <summary>Exactly these characters, as UTF-8.</summary>
    public static Reply Raw(string text)
    {
        var code = LastCode(text);
        return new() { Chunks = [Encoding.UTF8.GetBytes(text)], Code = code, Keeps = code is >= 200 and < 300 };
    }

    /// <summary>A line that begins with <paramref name="start"/> and goes on for so many bytes without CRLF.</summary>
    public static Reply EndlessLine(string start, long bytes)
    {
        var filler = new ReadOnlyMemory<byte>(Encoding.ASCII.GetBytes(new string('x', ChunkSize)));
        return Raw(start) with
        {
            Chunks = Enumerable.Repeat(filler, (int)(bytes / ChunkSize)).Prepend(Encoding.ASCII.GetBytes(start)),
        };
    }

    public Reply ThenClose() => this with { Next = Then.Close };

    public Reply ThenReset() => this with { Next = Then.Reset };

    public Reply ThenStall() => this with { Next = Then.Stall };

    public Reply After(TimeSpan delay) => this with { Delay = delay };

    /// <summary>The same, as soon as something has happened.</summary>
    public Reply Once(Task happened) => this with { Held = happened };

    /// <summary>The same bytes one at a time.</summary>
    public Reply Dripping(TimeSpan pause) =>
        this with { Pause = pause, Chunks = Chunks.SelectMany(c => c.ToArray()).Select(Single) };

    /// <summary>Keeps the message whatever the reply says.</summary>
    public Reply Keeping() => this with { Keeps = true };

    /// <summary>Drops the message whatever the reply says.</summary>
    public Reply Losing() => this with { Keeps = false };

    public static implicit operator Reply(string line) => Lines(line);

    private static ReadOnlyMemory<byte> Single(byte b) => new[] { b };

    private static int LastCode(string text)
    {
        var last = text.TrimEnd('\r', '\n').Split('\n')[^1];
        var digits = last.Length >= 3 ? last[..3] : "";
        return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var code) ? code : 0;
    }
}
