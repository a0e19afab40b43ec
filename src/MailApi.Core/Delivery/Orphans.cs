using System.Collections.Concurrent;
using MailApi.Core.Domain;

namespace MailApi.Core.Delivery;

/// <summary>
/// Deliveries that bear this node's lease, or may do so after a commit that was not confirmed, and that nobody is going to
/// send from memory: sweeps free them. A database that froze may carry out the commit after the first sweep:
/// each is looked for again for a while.
/// </summary>
public sealed class Orphans
{
    private static readonly TimeSpan LookFor = TimeSpan.FromMinutes(10);

    // With the time of the first sweep that reached the database.
    private readonly ConcurrentDictionary<(Id<Message> Id, int Attempt), DateTimeOffset> _ids = new();

    /// <summary>All that may still turn up.</summary>
    public IReadOnlyList<(Id<Message> Id, int Attempt)> All => [.. _ids.Keys];

    public void Add(Id<Message> id, int attempt) => _ids[(id, attempt)] = DateTimeOffset.MaxValue;

    /// <summary>A sweep has reached the database.</summary>
    /// <param name="orphan">What it looked for.</param>
    /// <param name="found">It was there, and is free now.</param>
    /// <param name="now">When.</param>
    public void Swept((Id<Message> Id, int Attempt) orphan, bool found, DateTimeOffset now)
    {
        var first = _ids.AddOrUpdate(orphan, now, (_, before) => before < now ? before : now);
        if (found || now - first >= LookFor)
        {
            _ids.TryRemove(orphan, out _);
        }
    }
}
