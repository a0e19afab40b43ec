using System.Buffers.Binary;
using System.Buffers.Text;
using MailApi.Core.Domain;

namespace MailApi.Http;

/// <summary>Where a page ended: opaque to callers, and recognised when it has been tampered with.</summary>
internal static class Cursor
{
    private const byte Version = 1;

    public static string EncodeId<T>(Id<T> id)
        where T : IIdentified => Encode(id.Value.ToByteArray(bigEndian: true));

    public static bool TryDecodeId<T>(string text, out Id<T> id)
        where T : IIdentified
    {
        var known = TryDecode(text, out var bytes) && bytes.Length == 16;
        id = known ? new Id<T>(new Guid(bytes, bigEndian: true)) : default;
        return known;
    }

    /// <summary>Events are in the order of transaction and id.</summary>
    public static string EncodeEvent(Event e)
    {
        Span<byte> bytes = stackalloc byte[24];
        BinaryPrimitives.WriteInt64BigEndian(bytes, e.TransactionId);
        e.Id.Value.TryWriteBytes(bytes[8..], bigEndian: true, out _);
        return Encode(bytes);
    }

    public static bool TryDecodeEvent(string text, out long transaction, out Id<Event> id)
    {
        var known = TryDecode(text, out var bytes) && bytes.Length == 24;
        transaction = known ? BinaryPrimitives.ReadInt64BigEndian(bytes) : 0;
        id = known ? new Id<Event>(new Guid(bytes.AsSpan(8), bigEndian: true)) : default;
        return known;
    }

    public static string Encode(ReadOnlySpan<byte> position)
    {
        Span<byte> bytes = stackalloc byte[position.Length + 5];
        bytes[0] = Version;
        position.CopyTo(bytes[1..]);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[^4..], Checksum(bytes[..^4]));
        return Base64Url.EncodeToString(bytes);
    }

    public static bool TryDecode(string text, out byte[] position)
    {
        position = [];
        var bytes = new byte[Base64Url.GetMaxDecodedLength(text.Length)];
        if (!Base64Url.IsValid(text) || !Base64Url.TryDecodeFromChars(text, bytes, out var length) || length < 5
            || bytes[0] != Version
            || BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(length - 4)) != Checksum(bytes.AsSpan(0, length - 4)))
        {
            return false;
        }

        position = bytes[1..(length - 4)];
        return true;
    }

    private static uint Checksum(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt32BigEndian(System.Security.Cryptography.SHA256.HashData(bytes));
}
