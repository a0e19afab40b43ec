using MailApi.Core.Data.Writing;
using MailApi.Core.Domain;
using MailApi.Core.Telemetry;

namespace MailApi.Core.Data.Events;

/// <summary>
/// Records events and, in the same transaction, a row for each endpoint that is to be told: what has happened and what
/// has still to be said of it are durable together.
/// </summary>
public sealed class EventLog(Listeners listeners, FreshEvents fresh, EndpointWakes wakes)
{
    // Transactions of a node run one after the other, so these are the running one's.
    private readonly List<ToldEvent> _handed = [];
    private readonly HashSet<Id<Webhook>> _stored = [];
    private readonly List<NewEvent> _recorded = [];

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
    public void Record(IStatements statements, NewEvent e)
    {
        _recorded.Add(e);
        var id = Id<Event>.New(e.Timestamp);
        var endpoints = listeners.To(e).ToList();
        var place = Insert(statements, StatementFor(e, endpoints.Count > 0), id, e);
        foreach (var endpoint in endpoints)
        {
            var leased = fresh.TryReserve(endpoint.Id);
            var row = Tell(statements, EventStatements.Tell, id, endpoint, e, leased);
            if (leased)
            {
                _handed.Add(new ToldEvent(row, e, place));
            }
        }
    }

    /// <summary>
    /// Records that a message has led to an entry of the suppression list at the time of the event, if the statements
    /// before it have made one: nothing when the list stayed as it was.
    /// </summary>
    public void RecordSuppression(IStatements statements, NewEvent e, Id<Message> cause)
    {
        var id = Id<Event>.New(e.Timestamp);
        Insert(statements, EventStatements.InsertOfSuppression, id, e, cause.Value);
        foreach (var endpoint in listeners.To(e))
        {
            Tell(statements, EventStatements.TellIfRecorded, id, endpoint, e, leased: null);
        }
    }

    /// <summary>Records an event for one endpoint alone; returns the delivery that tells it.</summary>
    public Id<WebhookDelivery> RecordFor(IStatements statements, NewEvent e, Webhook endpoint)
    {
        var id = Id<Event>.New(e.Timestamp);
        Insert(statements, EventStatements.Insert, id, e);
        return Tell(statements, EventStatements.Tell, id, endpoint, e, leased: false).Id;
    }

    /// <summary>A transaction begins. What the last one handed over, it did not confirm: its places are free again.</summary>
    internal void Begin()
    {
        foreach (var told in _handed)
        {
            fresh.Release(told.Row.WebhookId);
        }

        _handed.Clear();
        _stored.Clear();
        _recorded.Clear();
    }

    /// <summary>The transaction is durable: those who send may begin.</summary>
    internal void Announce()
    {
        foreach (var e in _recorded)
        {
            MailMeter.EventRecorded(e.Type, e.Details);
        }

        if (_handed.Count + _stored.Count == 0)
        {
            return;
        }

        foreach (var told in _handed)
        {
            fresh.Add(told);
        }

        wakes.Wake(_handed.Select(t => t.Row.WebhookId), _stored);
        _handed.Clear();
    }

    private static Statement StatementFor(NewEvent e, bool isTold) => e switch
    {
        { MessageId: null } => EventStatements.Insert,
        { Sequence: not null } => EventStatements.InsertInSequence,
        _ => isTold ? EventStatements.InsertOfMessageToTell : EventStatements.InsertOfMessage,
    };

    private static Ticket Insert(
        IStatements statements, Statement statement, Id<Event> id, NewEvent e, params ReadOnlySpan<object?> more)
    {
        List<object?> values =
        [
            id.Value, e.ProjectId.Value, e.Type, e.Timestamp, e.Recipient, e.RecipientKey, e.Attempt, e.Details?.ToJson(),
        ];
        if (e.MessageId is { } message)
        {
            values.Add(message.Value);
            values.Add(e.Sequence ?? e.StepsBack);
        }

        return statements.Add(statement, [.. values, .. more]);
    }

    /// <param name="statements">Of the running transaction.</param>
    /// <param name="statement">Takes the values below.</param>
    /// <param name="id">The event.</param>
    /// <param name="endpoint">Who is told.</param>
    /// <param name="e">What happened.</param>
    /// <param name="leased">True: by this node. Null: the statement does not know of leases.</param>
    private WebhookDelivery Tell(
        IStatements statements, Statement statement, Id<Event> id, Webhook endpoint, NewEvent e, bool? leased)
    {
        var row = new WebhookDelivery
        {
            Id = Id<WebhookDelivery>.New(e.Timestamp),
            WebhookId = endpoint.Id,
            ProjectId = e.ProjectId,
            EventId = id,
            EventType = e.Type,
            Status = WebhookDeliveryStatus.Pending,
            DueAt = e.Timestamp,
            CreatedAt = e.Timestamp,
            Attempt = leased == true ? 1 : 0,
            LeasedAt = leased == true ? e.Timestamp : null,
        };
        List<object?> values =
            [row.Id.Value, endpoint.Id.Value, e.ProjectId.Value, id.Value, e.Type, e.Timestamp];
        if (leased is { } by)
        {
            values.AddRange([row.Attempt, by ? fresh.Owner : null, by ? e.Timestamp : null]);
        }

        statements.Add(statement, [.. values]);
        if (leased != true)
        {
            _stored.Add(endpoint.Id);
        }

        return row;
    }
}
