using System.Security.Cryptography;

namespace MailApi.Core.Domain;

/// <summary>
/// Seals the ids of messages that leave the service. What comes back with a seal was written by somebody who has had the
/// message; an id alone proves nothing, since ids can be guessed and are shown. The key is known to our nodes alone.
/// </summary>
public sealed class MessageSeals
{
    /// <summary>Characters of a seal: 80 bits.</summary>
    public const int Length = 16;

    private const int Bytes = 10;
    private byte[]? _key;

    /// <summary>To be called once, before anything is sealed.</summary>
    public void UseKey(byte[] key) => _key = key;

    /// <summary>The seal of a message's id, base32 in lower case: it survives servers that fold case.</summary>
    public string Of(Id<Message> id, SealPurpose purpose)
    {
        Span<byte> input = stackalloc byte[17];
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        input[0] = (byte)purpose;
        id.Value.TryWriteBytes(input[1..], bigEndian: true, out _);
        HMACSHA256.HashData(_key ?? throw new InvalidOperationException("The key has not been read yet."), input, mac);
        return Crockford32.Encode(mac[..Bytes]);
    }

    /// <summary>True when the seal is that of the id, both as they are written; case does not matter.</summary>
    public bool TryOpen(ReadOnlySpan<char> id, ReadOnlySpan<char> seal, SealPurpose purpose, out Id<Message> message)
    {
        message = Crockford32.TryDecode(id, out var value) ? new Id<Message>(value) : default;
        Span<char> lower = stackalloc char[Length];
        return message != default && seal.Length == Length && seal.ToLowerInvariant(lower) == Length
            && CryptographicOperations.FixedTimeEquals(
                System.Runtime.InteropServices.MemoryMarshal.AsBytes(lower),
                System.Runtime.InteropServices.MemoryMarshal.AsBytes(Of(message, purpose).AsSpan()));
    }
}

/// <summary>
/// What a seal stands in. Message-IDs are quoted by everybody who answers or archives a message; the return path is seen
/// by the receiving server and the recipient alone.
/// </summary>
public enum SealPurpose : byte
{
    MessageId = 1,
    ReturnPath = 2,
}
