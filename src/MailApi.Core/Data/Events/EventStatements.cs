using MailApi.Core.Data.Writing;

namespace MailApi.Core.Data.Events;

/// <summary>The SQL of events and of what is to be told of them.</summary>
internal static class EventStatements
{
    private const string Columns = "id, project_id, type, timestamp, recipient, recipient_key, attempt, details";

    private const string DeliveryColumns =
        "id, webhook_id, project_id, event_id, event_type, status, due_at, created_at, attempts";

    /// <summary>→ how often the endpoints have been changed.</summary>
    public static readonly Statement FindRevision = new("SELECT number FROM revisions WHERE name = 'webhooks'");

    /// <summary>id, project, type, time, recipient, its key, attempt, details.</summary>
    public static readonly Statement Insert = new(
        $"INSERT INTO events ({Columns}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        $"INSERT INTO events ({Columns}, transaction_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0)");

    /// <summary>As <see cref="Insert"/>; then message, sequence.</summary>
    public static readonly Statement InsertInSequence = new(
        $"INSERT INTO events ({Columns}, message_id, sequence) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        $"INSERT INTO events ({Columns}, message_id, sequence, transaction_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0)");

    /// <summary>As <see cref="Insert"/>; then message, steps back from the message's count.</summary>
    public static readonly Statement InsertOfMessage = new(
        $"""
        INSERT INTO events ({Columns}, message_id, sequence)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, (SELECT event_count FROM messages WHERE id = $9) - $10)
        """,
        $"""
        INSERT INTO events ({Columns}, message_id, sequence, transaction_id)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, (SELECT event_count FROM messages WHERE id = $9) - $10, 0)
        """);

    /// <summary>As <see cref="InsertOfMessage"/> → the event's sequence.</summary>
    public static readonly Statement InsertOfMessageToTell = new(
        $"{InsertOfMessage.Sql} RETURNING sequence", $"{InsertOfMessage.SqliteSql} RETURNING sequence");

    /// <summary>As <see cref="Insert"/>; then message: only when the list's entry is the one that it has just led to.</summary>
    public static readonly Statement InsertOfSuppression = new(
        $"""
        INSERT INTO events ({Columns}) SELECT $1, $2, $3, $4, $5, $6, CAST($7 AS integer), $8 {Suppressed}
        """,
        $"""
        INSERT INTO events ({Columns}, transaction_id) SELECT $1, $2, $3, $4, $5, $6, $7, $8, 0 {Suppressed}
        """);

    /// <summary>delivery, endpoint, project, event, type, time, attempt, lease owner, leased at.</summary>
    public static readonly Statement Tell = new(
        $"""
        INSERT INTO webhook_deliveries ({DeliveryColumns}, attempt, lease_owner, leased_at)
        VALUES ($1, $2, $3, $4, $5, 'pending', $6, $6, '[]', $7, $8, $9)
        """);

    /// <summary>delivery, endpoint, project, event, type, time: only when the event has been recorded.</summary>
    public static readonly Statement TellIfRecorded = new(
        $"""
        INSERT INTO webhook_deliveries ({DeliveryColumns}, attempt)
        SELECT $1, $2, $3, $4, $5, 'pending', $6, $6, '[]', 0 WHERE EXISTS (SELECT 1 FROM events WHERE id = $4)
        """);

    private const string Suppressed =
        """
        WHERE EXISTS (SELECT 1 FROM suppressions
            WHERE project_id = $2 AND email_key = $6 AND message_id = $9 AND created_at = $4)
        """;
}
