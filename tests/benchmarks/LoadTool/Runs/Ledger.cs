using System.Collections.Concurrent;
using MailApi.Benchmarks.LoadTool.Relay;

namespace MailApi.Benchmarks.LoadTool.Runs;

/// <summary>Two books kept apart: what the clients were promised, and what the relay received.</summary>
public sealed class Ledger
{
    private readonly ConcurrentDictionary<string, string> _accepted = new();
    private readonly ConcurrentDictionary<string, ConcurrentBag<string>> _received = new();

    public int Accepted => _accepted.Count;

    /// <summary>Ids with a 202 that never reached the relay.</summary>
    public IReadOnlyList<string> Lost => [.. _accepted.Keys.Where(id => !_received.ContainsKey(id))];

    /// <summary>Ids received more than once: the message's id in the API and the number of extra copies.</summary>
    public IReadOnlyList<(string MessageId, int Extra)> Duplicated =>
        [.. _received.Where(copies => copies.Value.Count > 1)
            .Select(copies => (_accepted[copies.Key], copies.Value.Count - 1))];

    /// <summary>Copies beyond the first of their message that came under a Message-ID of their own.</summary>
    public int DifferentMessageIds => _received.Values.Sum(copies => copies.Distinct().Count() - 1);

    public void RecordAccepted(string ledgerId, string messageId) => _accepted[ledgerId] = messageId;

    public void RecordReceived(Transaction transaction) =>
        _received.GetOrAdd(transaction.LedgerId, _ => []).Add(transaction.MessageId);
}
