using MailApi.Core.Data.Events;
using MailApi.Core.Data.Writing;
using MailApi.Core.Delivery;
using MailApi.Core.Delivery.Queueing;
using MailApi.Core.Domain;
using MailApi.Core.Telemetry;
using Microsoft.Extensions.Options;

namespace MailApi.Core.Accepting;

/// <summary>The door: takes prepared messages and returns when they are durable.</summary>
public sealed class Acceptance(
    GroupCommit commits,
    EventLog events,
    RelayQueue queue,
    ServiceHeaders headers,
    ReturnPaths returnPaths,
    NodeIdentity node,
    Orphans orphans,
    IOptions<DeliveryOptions> options,
    TimeProvider time)
{
    /// <summary>A commit that has not even begun after this long is called off.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1.5);

    private readonly AcceptContext _context = new(time, events, queue, headers, returnPaths, node, orphans, options.Value);

    /// <summary>
    /// Stores the messages in one transaction with the idempotency key. Null when the service is too busy or the database
    /// is out of reach: nothing was stored, and the caller may come back in a second.
    /// </summary>
    public async Task<IReadOnlyList<AcceptResult>?> AcceptAsync(
        IReadOnlyList<PendingMessage> messages,
        IdempotencyClaim? idempotency,
        AcceptMode mode,
        AcceptAnswers answers,
        CancellationToken cancellationToken)
    {
        using var span = MailTraces.Start("accept")?.SetTag("mailapi.messages", messages.Count);
        var accept = new AcceptMessages(messages, idempotency, mode, answers, _context);
        if (!commits.TrySubmit(accept))
        {
            return null;
        }

        try
        {
            return await accept.Done.WaitAsync(Patience, time, cancellationToken);
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            // Once begun it is carried through: the answer must tell what happened.
            return accept.TryAbandon() ? null : await accept.Done;
        }
    }
}
