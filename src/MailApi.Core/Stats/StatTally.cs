using MailApi.Core.Data;
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

    public void Add(EventGroup group)
    {
        var counts = new StatCounts();
        if (group.Recipients > 0)
        {
            counts.Recipients = group.Recipients;
            AddOfMessage(group, counts);
            Add(
                StatDimension.Domain, group, group.Domain,
                new StatCounts { Accepted = group.Events, Recipients = group.Recipients });
        }
        else if (counts.Count(group.Type, group.Class, group.Events))
        {
            AddOfMessage(group, counts);
            if (group.Type != EventTypes.MessageAccepted)
            {
                Add(StatDimension.Domain, group, group.Domain, counts);
            }
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

    /// <summary>Counts under everything but the domain of a recipient.</summary>
    private void AddOfMessage(EventGroup group, StatCounts counts)
    {
        Add(StatDimension.Total, group, null, counts);
        Add(StatDimension.Template, group, TemplateOf(group), counts);
        Add(StatDimension.Relay, group, group.Relay, counts);
        var tags = group.Tags is { } json ? JsonColumn.ReadList(json) : [];
        foreach (var tag in tags.Count > 0 ? tags.Distinct() : None)
        {
            Add(StatDimension.Tag, group, tag, counts);
        }
    }

    private void Add(StatDimension dimension, EventGroup group, string? key, StatCounts counts) =>
        Add(new StatKey(dimension, group.Hour, key ?? ""), counts);

    private void Add(StatKey key, StatCounts counts)
    {
        if (!_counts.TryGetValue(key, out var sum))
        {
            sum = _counts[key] = new StatCounts();
        }

        sum.Add(counts);
    }

    private static string? TemplateOf(EventGroup group) =>
        string.IsNullOrEmpty(group.Template) ? null : new Id<Template>(Guid.Parse(group.Template)).ToString();
}
