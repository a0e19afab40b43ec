using System.Collections.Concurrent;
using MailApi.Core.Domain;

namespace MailApi.Core.Delivery;

/// <summary>
/// Deliveries that may have been committed with this node's lease although the commit was not confirmed. Nobody is going
/// to send them from memory, so the next sweep frees them.
/// </summary>
public sealed class Orphans
{
    private readonly ConcurrentQueue<(Id<Message> Id, int Attempt)> _ids = new();

    public void Add(Id<Message> id, int attempt) => _ids.Enqueue((id, attempt));

    /// <summary>All that have gathered, once.</summary>
    public IReadOnlyList<(Id<Message> Id, int Attempt)> Drain()
    {
        List<(Id<Message> Id, int Attempt)> ids = [];
        while (_ids.TryDequeue(out var id))
        {
            ids.Add(id);
        }

        return ids;
    }
}
