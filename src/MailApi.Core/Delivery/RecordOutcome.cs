using MailApi.Core.Data;
using MailApi.Core.Data.Events;
using MailApi.Core.Data.Writing;
using MailApi.Core.Delivery.Queueing;
using MailApi.Core.Domain;
using MailApi.Core.Smtp;
using MailApi.Core.Suppressing;

namespace MailApi.Core.Delivery;

/// <summary>
/// Writes what became of an attempt: attempts, statuses, events, suppressions and the next due time, in one transaction,
/// and only where the lease is still this node's. A node that comes back late changes nothing.
/// </summary>
internal sealed class RecordOutcome(
    LeasedDelivery delivery, AttemptVerdict verdict, EventLog log, SuppressAddress suppress, NodeIdentity node, TimeProvider time)
    : IGroupWrite
{
    private Ticket? _fence;

    public void Claim(IStatements statements) => _fence = verdict.NextDue is { } due
        ? statements.Add(Statements.Defer, delivery.MessageId.Value, node.Id, delivery.Attempt, due)
        : statements.Add(Statements.Finish, delivery.MessageId.Value, node.Id, delivery.Attempt);

    public void Write(IStatements statements)
    {
        if (_fence!.Affected == 0)
        {
            return;
        }

        var events = verdict.Changes.Sum(c => c.Events.Count);
        var status = verdict.NextDue is null ? MessageStatus.Completed : MessageStatus.Sending;
        statements.Add(Statements.UpdateMessage, delivery.MessageId.Value, Names.Of(status), events);
        foreach (var change in verdict.Changes)
        {
            statements.Add(
                Statements.UpdateRecipient, delivery.MessageId.Value, change.Recipient.Position,
                Names.Of(change.Status), change.Reason, change.Ended is { } soft && SuppressAddress.CountsAgainstMailbox(soft));
        }

        foreach (var change in verdict.Changes)
        {
            foreach (var (type, details) in change.Events)
            {
                Record(statements, change, type, details, --events);
            }

            if (change.Ended is { } bounce)
            {
                Suppress(statements, change.Recipient.Address, bounce);
            }
        }

        foreach (var result in verdict.Results)
        {
            InsertAttempts(statements, result);
        }
    }

    public void Committed()
    {
    }

    /// <summary>An outcome is never given up: the message was handed over, and only we know.</summary>
    public bool Failed(Exception exception) => true;

    private void Record(IStatements statements, RecipientChange change, string type, EventDetails details, int stepsBack) =>
        log.Record(statements, new NewEvent(delivery.ProjectId, type, time.GetUtcNow())
        {
            MessageId = delivery.MessageId,
            Tags = delivery.Tags,
            Metadata = delivery.Metadata,
            StepsBack = stepsBack,
            Recipient = change.Recipient.Address.ToString(),
            RecipientKey = change.Recipient.Address.Key,
            Attempt = delivery.Attempt,
            Details = details,
        });

    private void Suppress(IStatements statements, EmailAddress address, Bounce bounce) => suppress.Judge(
        statements,
        new SuppressionCause(delivery.ProjectId, delivery.MessageId, address, "smtp", time.GetUtcNow()),
        bounce);

    /// <summary>Recipients that got the same answer share a row.</summary>
    private void InsertAttempts(IStatements statements, RelayResult result)
    {
        foreach (var group in result.Recipients.GroupBy(r => (r.Kind, r.Reply, r.Reason)))
        {
            var (kind, reply, reason) = group.Key;
            statements.Add(
                Statements.InsertAttempt, UuidV7.Create(result.StartedAt), delivery.MessageId.Value, delivery.Attempt,
                Names.Of(Outcome(kind)), JsonColumn.Write([.. group.Select(r => r.Recipient.ToString())]),
                result.StartedAt, result.FinishedAt, result.Relay, result.Host, result.Ip, result.Tls,
                reply?.Code, reply?.EnhancedCode, reply?.Response ?? reason);
        }
    }

    private static AttemptOutcome Outcome(RecipientResultKind kind) => kind switch
    {
        RecipientResultKind.Delivered => AttemptOutcome.Delivered,
        RecipientResultKind.Bounced => AttemptOutcome.Bounced,
        _ => AttemptOutcome.Deferred,
    };
}
