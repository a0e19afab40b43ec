using System.Buffers.Binary;
using System.Security.Cryptography;

namespace MailApi.Core.Domain;

/// <summary>
/// Makes UUIDs of version 7 (RFC 9562 §5.7) that strictly increase within the process, so that the order of ids
/// is the order in which rows were made.
/// </summary>
public static class UuidV7
{
    private const int CounterBits = 12;
    private const int RandomBytes = 8;
    private const int RandomAhead = 64 * RandomBytes;
    private static long _last;

    // Asking for 64 times as much costs hardly more.
    [ThreadStatic]
    private static byte[]? _random;

    [ThreadStatic]
    private static int _randomLeft;

    /// <summary>The next id: milliseconds of <paramref name="now"/>, a counter of 12 bits, 62 random bits.</summary>
    public static Guid Create(DateTimeOffset now)
    {
        var ticket = NextTicket(now.ToUnixTimeMilliseconds());
        Span<byte> bytes = stackalloc byte[16];
        Randomize(bytes[8..]);
        BinaryPrimitives.WriteInt64BigEndian(bytes, (ticket >> CounterBits) << 16);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[6..], (ushort)(0x7000 | (ticket & 0xFFF)));
        bytes[8] = (byte)(0x80 | (bytes[8] & 0x3F));
        return new Guid(bytes, bigEndian: true);
    }

    /// <summary>No id that was made at that time, or later, is smaller.</summary>
    public static Guid LeastAt(DateTimeOffset time)
    {
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        BinaryPrimitives.WriteInt64BigEndian(bytes, Math.Max(0, time.ToUnixTimeMilliseconds()) << 16);
        return new Guid(bytes, bigEndian: true);
    }

    private static void Randomize(Span<byte> bytes)
    {
        _random ??= new byte[RandomAhead];
        if (_randomLeft == 0)
        {
            RandomNumberGenerator.Fill(_random);
            _randomLeft = RandomAhead;
        }

        _random.AsSpan(RandomAhead - _randomLeft, RandomBytes).CopyTo(bytes);
        _randomLeft -= RandomBytes;
    }

    /// <summary>A counter that runs over borrows from the next millisecond; a clock set back is waited out.</summary>
    private static long NextTicket(long milliseconds)
    {
        while (true)
        {
            var last = Volatile.Read(ref _last);
            var next = Math.Max(last + 1, milliseconds << CounterBits);
            if (Interlocked.CompareExchange(ref _last, next, last) == last)
            {
                return next;
            }
        }
    }
}
