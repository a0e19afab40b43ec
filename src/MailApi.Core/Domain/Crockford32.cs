using System.Buffers;
using System.Buffers.Binary;

namespace MailApi.Core.Domain;

/// <summary>Crockford's base32 in lower case: digits and letters without i, l, o, u.</summary>
public static class Crockford32
{
    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
    private static readonly SearchValues<char> Characters = SearchValues.Create(Alphabet);

    /// <summary>128 bits as 26 characters, most significant first.</summary>
    public static string Encode(Guid value)
    {
        Span<byte> bytes = stackalloc byte[16];
        value.TryWriteBytes(bytes, bigEndian: true, out _);
        return string.Create(26, BinaryPrimitives.ReadUInt128BigEndian(bytes), static (span, number) =>
        {
            for (var i = span.Length - 1; i >= 0; i--)
            {
                span[i] = Alphabet[(int)(number & 31)];
                number >>= 5;
            }
        });
    }

    /// <summary>Any bytes, five bits a character; 32 bytes make 52 characters.</summary>
    public static string Encode(ReadOnlySpan<byte> bytes)
    {
        var text = new char[((bytes.Length * 8) + 4) / 5];
        for (var i = 0; i < text.Length; i++)
        {
            var bit = i * 5;
            var window = bytes[bit / 8] << 8 | (bit / 8 + 1 < bytes.Length ? bytes[bit / 8 + 1] : 0);
            text[i] = Alphabet[(window >> (11 - (bit % 8))) & 31];
        }

        return new string(text);
    }

    /// <summary>True when every character is one of the alphabet, in lower case.</summary>
    public static bool IsText(ReadOnlySpan<char> text) => !text.ContainsAnyExcept(Characters);

    /// <summary>True when <paramref name="text"/> is the 26 characters of a 128-bit value; case does not matter.</summary>
    public static bool TryDecode(ReadOnlySpan<char> text, out Guid value)
    {
        value = default;
        if (text.Length != 26)
        {
            return false;
        }

        UInt128 number = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var digit = Alphabet.IndexOf(char.ToLowerInvariant(text[i]), StringComparison.Ordinal);
            if (digit < 0 || (i == 0 && digit > 7))
            {
                return false;
            }

            number = (number << 5) | (uint)digit;
        }

        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, number);
        value = new Guid(bytes, bigEndian: true);
        return true;
    }
}
