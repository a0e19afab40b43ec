using MailApi.Core.Data.Writing;

namespace MailApi.Core.Data.Events;

/// <summary>The SQL of events and of what is to be told of them.</summary>
internal static class EventStatements
{
    private const string Columns = "id, project_id, type, timestamp, recipient, recipient_key, attempt, details";

    private const string TypedColumns =
        """
        id uuid, project_id uuid, type text, timestamp timestamptz, recipient text, recipient_key text, attempt integer,
        details text
        """;

    private const string DeliveryColumns =
        "id, webhook_id, project_id, event_id, event_type, status, due_at, created_at, attempts";

    private const string TypedDeliveryColumns =
        """
        id uuid, webhook_id uuid, project_id uuid, event_id uuid, type text, at timestamptz, attempt integer,
        lease_owner uuid, leased_at timestamptz
        """;

    private const string SqliteInsertOfMessage =
        $"""
        INSERT INTO events ({Columns}, message_id, sequence, transaction_id)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, (SELECT event_count FROM messages WHERE id = $9) - $10, 0)
        """;

    private const string InsertOfMessages =
        $"""
        INSERT INTO events ({Columns}, message_id, sequence)
        SELECT {Columns}, message_id, (SELECT event_count FROM messages WHERE messages.id = message_id) - back
        FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) AS told({Columns}, message_id, back)
        """;

    /// <summary>→ how often the endpoints have been changed.</summary>
    public static readonly Statement FindRevision = new("SELECT number FROM revisions WHERE name = 'webhooks'");

    /// <summary>id, project, type, time, recipient, its key, attempt, details.</summary>
    public static readonly Statement Insert = Statement.Insert("events", TypedColumns, keys: 0) with
    {
        SqliteSql = $"INSERT INTO events ({Columns}, transaction_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0)",
    };

    /// <summary>As <see cref="Insert"/>; then message, sequence.</summary>
    public static readonly Statement InsertInSequence =
        Statement.Insert("events", $"{TypedColumns}, message_id uuid, sequence integer", 0, 8) with
        {
            SqliteSql =
                $"""
                INSERT INTO events ({Columns}, message_id, sequence, transaction_id)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0)
                """,
        };

    /// <summary>As <see cref="Insert"/>; then message, steps back from the message's count.</summary>
    public static readonly Statement InsertOfMessage = new(InsertOfMessages, SqliteInsertOfMessage)
    {
        Bulk = BulkRows.Of($"{TypedColumns}, message_id uuid, back integer", 0, 8) with { IsRepeatable = true },
    };

    /// <summary>As <see cref="InsertOfMessage"/> → the event's sequence.</summary>
    public static readonly Statement InsertOfMessageToTell = new(
        $"""
        WITH recorded AS ({InsertOfMessages} RETURNING id, sequence)
        SELECT number, sequence FROM unnest($1) WITH ORDINALITY AS told(id, number) JOIN recorded USING (id)
        """,
        $"{SqliteInsertOfMessage} RETURNING sequence")
    {
        Bulk = InsertOfMessage.Bulk with { Answers = true },
    };

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
        SELECT id, webhook_id, project_id, event_id, type, 'pending', at, at, '[]', attempt, lease_owner, leased_at
        FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9)
            AS told(id, webhook_id, project_id, event_id, type, at, attempt, lease_owner, leased_at)
        """,
        $"""
        INSERT INTO webhook_deliveries ({DeliveryColumns}, attempt, lease_owner, leased_at)
        VALUES ($1, $2, $3, $4, $5, 'pending', $6, $6, '[]', $7, $8, $9)
        """)
    {
        Bulk = BulkRows.Of(TypedDeliveryColumns, keys: 3) with { IsRepeatable = true },
    };

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
