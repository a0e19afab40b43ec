using System.Net;
using MailApi.Core.Smtp;
using Microsoft.Extensions.Logging;

namespace MailApi.Core.Routing;

/// <summary>One relay with its sessions per address of an exchanger; those at rest go when there are too many.</summary>
internal sealed class ExchangerRelays(string name, DirectOptions options, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    private const int MaxKept = 500;

    private readonly Lock _gate = new();
    private readonly Dictionary<IPAddress, Entry> _entries = [];

    /// <summary>Of all addresses together.</summary>
    public (int Open, int InUse) Sessions
    {
        get
        {
            lock (_gate)
            {
                return (_entries.Values.Sum(e => e.Relay.OpenSessions), _entries.Values.Sum(e => e.Relay.BusySessions));
            }
        }
    }

    public async Task<RelayResult> SendAsync(IPAddress address, OutgoingMessage message, CancellationToken cancellationToken)
    {
        var (entry, surplus) = Take(address);
        await DisposeAsync(surplus);
        try
        {
            return await entry.Relay.SendAsync(message, cancellationToken);
        }
        finally
        {
            lock (_gate)
            {
                entry.Users--;
                entry.LastUsed = time.GetUtcNow();
            }
        }
    }

    public ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            List<Entry> all = [.. _entries.Values];
            _entries.Clear();
            return DisposeAsync(all);
        }
    }

    private static async ValueTask DisposeAsync(IReadOnlyList<Entry> entries)
    {
        foreach (var entry in entries)
        {
            await entry.Relay.DisposeAsync();
        }
    }

    private (Entry Entry, IReadOnlyList<Entry> Surplus) Take(IPAddress address)
    {
        lock (_gate)
        {
            if (!_entries.TryGetValue(address, out var entry))
            {
                entry = _entries[address] = new Entry(new Relay(name, Settings(address), time, logger));
            }

            entry.Users++;
            var surplus = _entries.Where(e => e.Value.Users == 0).OrderBy(e => e.Value.LastUsed)
                .Take(Math.Max(0, _entries.Count - MaxKept)).ToList();
            surplus.ForEach(e => _entries.Remove(e.Key));
            return (entry, surplus.ConvertAll(e => e.Value));
        }
    }

    private RelayOptions Settings(IPAddress address) => new()
    {
        Host = address.ToString(),
        Port = options.Port,
        Security = RelaySecurity.Opportunistic,
        LocalName = options.LocalName,
        MaxConnections = options.MaxConnectionsPerHost,
        ConnectTimeout = options.ConnectTimeout,
    };

    private sealed class Entry(Relay relay)
    {
        public Relay Relay { get; } = relay;

        public int Users { get; set; }

        public DateTimeOffset LastUsed { get; set; }
    }
}
