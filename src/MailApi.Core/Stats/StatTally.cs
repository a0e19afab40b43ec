using MailApi.Core.Domain;

namespace MailApi.Core.Stats;

/// <summary>Where something is counted: an hour since 1970, and a key of a dimension.</summary>
internal readonly record struct StatKey(StatDimension Dimension, int Hour, string Key)
{
    /// <summary>Takes what exceeds the number of keys that are kept apart.</summary>
    public const string Other = "other";
}

/// <summary>Counts events under everything they belong to: pure arithmetic.</summary>
internal sealed class StatTally
{
    private static readonly string[] None = [""];
    private readonly Dictionary<StatKey, StatCounts> _counts = [];

    public IReadOnlyDictionary<StatKey, StatCounts> Counts => _counts;

    public static int HourOf(DateTimeOffset time) => (int)(time.ToUnixTimeMilliseconds() / 3_600_000);

    public void Add(UncountedEvent item)
    {
        var e = item.Event;
        var details = e.Details is { } json ? EventDetails.FromJson(json) : null;
        var (one, accepted) = (new StatCounts(), e.Type == EventTypes.MessageAccepted);
        if (accepted)
        {
            (one.Accepted, one.Recipients) = (1, item.Recipients.Count);
        }
        else if (!one.Count(e.Type, details?.Bounce?.Class))
        {
            return;
        }

        var hour = HourOf(e.Timestamp);
        Add(new StatKey(StatDimension.Total, hour, ""), one);
        Add(new StatKey(StatDimension.Template, hour, item.Template ?? ""), one);
        Add(new StatKey(StatDimension.Relay, hour, details?.Relay ?? ""), one);
        foreach (var tag in item.Tags.Count > 0 ? item.Tags.Distinct() : None)
        {
            Add(new StatKey(StatDimension.Tag, hour, tag), one);
        }

        foreach (var domain in item.Recipients.GroupBy(DomainOf))
        {
            var share = accepted ? new StatCounts { Accepted = 1, Recipients = domain.Count() } : one;
            Add(new StatKey(StatDimension.Domain, hour, domain.Key), share);
        }
    }

    /// <summary>Counts under <see cref="StatKey.Other"/> what would be one key too many in an hour.</summary>
    /// <param name="kept">Keys that are kept apart already.</param>
    /// <param name="most">Keys per dimension and hour.</param>
    public void Limit(IEnumerable<StatKey> kept, int most)
    {
        var known = kept.GroupBy(k => (k.Dimension, k.Hour))
            .ToDictionary(g => g.Key, g => g.Select(k => k.Key).ToHashSet());
        foreach (var (key, counts) in _counts.ToList())
        {
            if (!known.TryGetValue((key.Dimension, key.Hour), out var keys))
            {
                keys = known[(key.Dimension, key.Hour)] = [];
            }

            if (key.Key != StatKey.Other && keys.Count >= most && !keys.Contains(key.Key))
            {
                _counts.Remove(key);
                Add(key with { Key = StatKey.Other }, counts);
            }
            else
            {
                keys.Add(key.Key);
            }
        }
    }

    private void Add(StatKey key, StatCounts counts)
    {
        if (!_counts.TryGetValue(key, out var sum))
        {
            sum = _counts[key] = new StatCounts();
        }

        sum.Add(counts);
    }

    private static string DomainOf(string address) => address[(address.LastIndexOf('@') + 1)..];
}
