using MailApi.Core.Data.Writing;
using MailApi.Core.Domain;

namespace MailApi.Core.Data.Events;

/// <summary>
/// Records events and, in the same transaction, a row for each endpoint that is to be told: what has happened and what
/// has still to be said of it are durable together.
/// </summary>
public sealed class EventLog(Listeners listeners, EndpointWakes wakes)
{
    // Transactions of a node run one after the other, so this is the running one's.
    private readonly HashSet<Id<Webhook>> _told = [];

    /// <summary>
    /// Flushes what waits in a session. To be called in every transaction before its first <see cref="Record"/>, and
    /// before it changes an endpoint: afterwards the listeners are those the transaction sees.
    /// </summary>
    public async Task FlushAsync(WriteSession session, CancellationToken cancellationToken)
    {
        var revision = session.Add(EventStatements.FindRevision);
        await session.FlushAsync(cancellationToken);
        await listeners.BringToAsync((long)revision.Rows[0], cancellationToken);
    }

    /// <summary>Records an event.</summary>
    public Id<Event> Record(IStatements statements, NewEvent e)
    {
        var id = Insert(statements, StatementFor(e), e);
        foreach (var endpoint in listeners.To(e))
        {
            Tell(statements, EventStatements.Tell, id, endpoint, e);
        }

        return id;
    }

    /// <summary>
    /// Records that a message has led to an entry of the suppression list at the time of the event, if the statements
    /// before it have made one: nothing when the list stayed as it was.
    /// </summary>
    public void RecordSuppression(IStatements statements, NewEvent e, Id<Message> cause)
    {
        var id = Insert(statements, EventStatements.InsertOfSuppression, e, cause.Value);
        foreach (var endpoint in listeners.To(e))
        {
            Tell(statements, EventStatements.TellIfRecorded, id, endpoint, e);
        }
    }

    /// <summary>Records an event for one endpoint alone, and the delivery that tells it.</summary>
    public (Id<Event> Event, Id<WebhookDelivery> Delivery) RecordFor(IStatements statements, NewEvent e, Id<Webhook> endpoint)
    {
        var id = Insert(statements, EventStatements.Insert, e);
        return (id, Tell(statements, EventStatements.Tell, id, endpoint, e));
    }

    /// <summary>A transaction begins.</summary>
    internal void Begin() => _told.Clear();

    /// <summary>The transaction is durable: those who send may begin.</summary>
    internal void Announce()
    {
        if (_told.Count > 0)
        {
            wakes.Wake(_told);
        }
    }

    private static Statement StatementFor(NewEvent e) => e switch
    {
        { MessageId: null } => EventStatements.Insert,
        { Sequence: null } => EventStatements.InsertOfMessage,
        _ => EventStatements.InsertInSequence,
    };

    private static Id<Event> Insert(IStatements statements, Statement statement, NewEvent e, params ReadOnlySpan<object?> more)
    {
        var id = Id<Event>.New(e.Timestamp);
        List<object?> values =
        [
            id.Value, e.ProjectId.Value, e.Type, e.Timestamp, e.Recipient, e.RecipientKey, e.Attempt, e.Details?.ToJson(),
        ];
        if (e.MessageId is { } message)
        {
            values.Add(message.Value);
            values.Add(e.Sequence ?? e.StepsBack);
        }

        statements.Add(statement, [.. values, .. more]);
        return id;
    }

    private Id<WebhookDelivery> Tell(
        IStatements statements, Statement statement, Id<Event> id, Id<Webhook> endpoint, NewEvent e)
    {
        var delivery = Id<WebhookDelivery>.New(e.Timestamp);
        statements.Add(statement, delivery.Value, endpoint.Value, e.ProjectId.Value, id.Value, e.Type, e.Timestamp);
        _told.Add(endpoint);
        return delivery;
    }
}
