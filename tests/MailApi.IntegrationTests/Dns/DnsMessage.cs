using System.Buffers.Binary;
using System.Text;

namespace MailApi.IntegrationTests.Dns;

/// <summary>DNS messages on the wire (RFC 1035 §4), as far as a stub needs them.</summary>
internal static class DnsMessage
{
    private const int HeaderLength = 12;
    private const uint TimeToLive = 1;

    public static DnsQuestion ReadQuestion(byte[] query, bool isTcp)
    {
        var (name, next) = ReadName(query, HeaderLength);
        var type = (DnsType)BinaryPrimitives.ReadUInt16BigEndian(query.AsSpan(next));
        return new DnsQuestion(name, type, isTcp);
    }

    /// <summary>The answer with the query's id and question; names are not compressed, EDNS is left out.</summary>
    public static byte[] Write(byte[] query, DnsQuestion question, DnsAnswer answer)
    {
        const byte responseAndAuthority = 0x84;
        const byte recursionAvailable = 0x80;
        const byte authenticData = 0x20;
        const byte truncated = 0x02;
        var recursionDesired = query[2] & 0x01;
        var message = new List<byte>
        {
            query[0],
            query[1],
            (byte)(responseAndAuthority | recursionDesired | (answer.IsTruncated ? truncated : 0)),
            (byte)(recursionAvailable | (answer.IsAuthentic ? authenticData : 0) | (int)answer.Status),
            0, 1, (byte)(answer.Records.Count >> 8), (byte)answer.Records.Count, 0, 0, 0, 0,
        };
        message.AddRange([.. WriteName(question.Name), .. Number((ushort)question.Type), 0, 1]);
        foreach (var record in answer.Records)
        {
            message.AddRange(WriteName(record.Name));
            message.AddRange([.. Number((ushort)record.Type), 0, 1, 0, 0, .. Number((ushort)TimeToLive)]);
            message.AddRange([.. Number((ushort)record.Data.Length), .. record.Data]);
        }

        return [.. message];
    }

    /// <summary>Labels behind their lengths, ended by the empty one; <c>.</c> is the root.</summary>
    public static byte[] WriteName(string name) =>
    [
        .. name.Split('.', StringSplitOptions.RemoveEmptyEntries)
            .SelectMany(l => Encoding.ASCII.GetBytes(l).Prepend((byte)l.Length)),
        0,
    ];

    /// <summary>An uncompressed name and where it ends.</summary>
    public static (string Name, int Next) ReadName(byte[] bytes, int from)
    {
        var labels = new List<string>();
        while (bytes[from] > 0)
        {
            labels.Add(Encoding.ASCII.GetString(bytes, from + 1, bytes[from]));
            from += bytes[from] + 1;
        }

        return (string.Join('.', labels), from + 1);
    }

    private static byte[] Number(ushort value) => [(byte)(value >> 8), (byte)value];
}
