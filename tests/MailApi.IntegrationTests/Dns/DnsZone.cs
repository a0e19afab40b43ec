using System.Collections.Concurrent;
using System.Net;
using System.Text;

namespace MailApi.IntegrationTests.Dns;

/// <summary>Record types by their number.</summary>
internal enum DnsType : ushort
{
    A = 1,
    CName = 5,
    Mx = 15,
    Txt = 16,
    Aaaa = 28,
    Tlsa = 52,
}

/// <summary>How a name is answered.</summary>
internal enum DnsStatus
{
    NoError = 0,
    ServFail = 2,
    NxDomain = 3,
    Refused = 5,

    /// <summary>No answer at all.</summary>
    Timeout = -1,
}

/// <summary>What a client asked for.</summary>
internal sealed record DnsQuestion(string Name, DnsType Type, bool IsTcp);

/// <summary>One resource record.</summary>
internal sealed record DnsRecord(string Name, DnsType Type, byte[] Data);

/// <summary>What is written back.</summary>
internal sealed record DnsAnswer(
    DnsStatus Status, IReadOnlyList<DnsRecord> Records, bool IsAuthentic, bool IsTruncated);

/// <summary>The names a <see cref="StubDnsServer"/> knows.</summary>
internal sealed class DnsZone
{
    private const int MaxAliases = 32;

    private readonly ConcurrentQueue<DnsRecord> _records = new();
    private readonly ConcurrentDictionary<string, DnsStatus> _failures = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, bool> _overTcp = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Sets the AD bit, as a validating resolver does (RFC 4035 §3.2.3).</summary>
    public bool IsAuthentic { get; set; }

    /// <summary>An A or AAAA record, by the kind of address.</summary>
    public DnsZone Host(string name, string address)
    {
        var bytes = IPAddress.Parse(address).GetAddressBytes();
        return Add(name, bytes.Length == 4 ? DnsType.A : DnsType.Aaaa, bytes);
    }

    /// <summary>The host <c>.</c> makes it a null MX (RFC 7505).</summary>
    public DnsZone Mx(string name, int preference, string host) =>
        Add(name, DnsType.Mx, [(byte)(preference >> 8), (byte)preference, .. DnsMessage.WriteName(host)]);

    public DnsZone Alias(string name, string target) => Add(name, DnsType.CName, DnsMessage.WriteName(target));

    public DnsZone Text(string name, string text) => Add(
        name, DnsType.Txt, [.. Encoding.ASCII.GetBytes(text).Chunk(255).SelectMany(c => c.Prepend((byte)c.Length))]);

    /// <summary><c>_25._tcp.mx.example</c> with usage, selector, matching type and digest (RFC 6698 §2.1).</summary>
    public DnsZone Tlsa(string name, byte usage, byte selector, byte matching, byte[] digest) =>
        Add(name, DnsType.Tlsa, [usage, selector, matching, .. digest]);

    /// <summary>Forgets all records, so that names may get others.</summary>
    public DnsZone Clear()
    {
        _records.Clear();
        return this;
    }

    /// <summary>From now on questions about the name fail so; <see cref="DnsStatus.NoError"/> ends that.</summary>
    public DnsZone Fail(string name, DnsStatus status)
    {
        _failures[name] = status;
        return this;
    }

    /// <summary>Answers about the name are cut short over UDP, so that clients come back over TCP.</summary>
    public DnsZone OnlyOverTcp(string name)
    {
        _overTcp[name] = true;
        return this;
    }

    /// <summary>Null when the question stays without an answer.</summary>
    public DnsAnswer? Find(DnsQuestion question)
    {
        var failure = _failures.GetValueOrDefault(question.Name);
        if (failure == DnsStatus.Timeout)
        {
            return null;
        }

        var isTruncated = !question.IsTcp && _overTcp.ContainsKey(question.Name);
        var records = failure == DnsStatus.NoError && !isTruncated ? Resolve(question) : [];
        var isKnown = isTruncated || _records.Any(r => IsNamed(r, question.Name));
        var status = failure == DnsStatus.NoError && !isKnown ? DnsStatus.NxDomain : failure;
        return new DnsAnswer(status, records, IsAuthentic, isTruncated);
    }

    private List<DnsRecord> Resolve(DnsQuestion question)
    {
        var found = new List<DnsRecord>();
        var name = question.Name;
        for (var i = 0; i < MaxAliases; i++)
        {
            var alias = _records.FirstOrDefault(r => IsNamed(r, name) && r.Type == DnsType.CName);
            if (alias is null || question.Type == DnsType.CName)
            {
                break;
            }

            found.Add(alias);
            name = DnsMessage.ReadName(alias.Data, 0).Name;
        }

        found.AddRange(_records.Where(r => IsNamed(r, name) && r.Type == question.Type));
        return found;
    }

    private static bool IsNamed(DnsRecord record, string name) =>
        record.Name.Equals(name, StringComparison.OrdinalIgnoreCase);

    private DnsZone Add(string name, DnsType type, byte[] data)
    {
        _records.Enqueue(new DnsRecord(name, type, data));
        return this;
    }
}
