using MailApi.Core.Data.Writing;

namespace MailApi.Core.Delivery;

/// <summary>The SQL of the queue and of outcomes.</summary>
internal static class Statements
{
    private const string Held = "WHERE message_id = $1 AND lease_owner = $2 AND attempt = $3";

    /// <summary>
    /// priority, now, project, limit → the projects after that one with something due. The index is skipped through,
    /// project by project: neither a long backlog nor a million messages for later make it longer.
    /// </summary>
    public static readonly Statement FindProjects = new(
        """
        WITH RECURSIVE projects(id) AS (
            SELECT (SELECT project_id FROM deliveries
                WHERE lease_owner IS NULL AND priority = $1 AND project_id > $3 ORDER BY project_id LIMIT 1)
            UNION ALL
            SELECT (SELECT project_id FROM deliveries
                WHERE lease_owner IS NULL AND priority = $1 AND project_id > projects.id ORDER BY project_id LIMIT 1)
            FROM projects WHERE projects.id IS NOT NULL)
        SELECT id FROM projects
        WHERE id IS NOT NULL AND EXISTS (SELECT 1 FROM deliveries
            WHERE lease_owner IS NULL AND priority = $1 AND project_id = projects.id AND due_at <= $2)
        LIMIT $4
        """);

    /// <summary>owner, now, priority, project, limit → what is now leased, as <c>message:attempt</c>.</summary>
    public static readonly Statement Lease = new(
        """
        UPDATE deliveries SET lease_owner = $1, leased_at = $2, attempt = attempt + 1
        WHERE message_id IN (
            SELECT message_id FROM deliveries
            WHERE lease_owner IS NULL AND priority = $3 AND project_id = $4 AND due_at <= $2
            ORDER BY due_at LIMIT $5 FOR UPDATE SKIP LOCKED)
        RETURNING message_id || ':' || attempt
        """,
        """
        UPDATE deliveries SET lease_owner = $1, leased_at = $2, attempt = attempt + 1
        WHERE message_id IN (
            SELECT message_id FROM deliveries
            WHERE lease_owner IS NULL AND priority = $3 AND project_id = $4 AND due_at <= $2
            ORDER BY due_at LIMIT $5)
        RETURNING hex(message_id) || ':' || attempt
        """);

    /// <summary>message, owner, attempt: all recipients have reached their end.</summary>
    public static readonly Statement Finish = new(
        """
        DELETE FROM deliveries
        USING unnest($1, $2, $3) WITH ORDINALITY AS held(message_id, owner, attempt, number)
        WHERE deliveries.message_id = held.message_id AND lease_owner = held.owner AND deliveries.attempt = held.attempt
        RETURNING held.number
        """,
        $"DELETE FROM deliveries {Held}")
    {
        Bulk = BulkRows.Of("message_id uuid, owner uuid, attempt integer", keys: 0) with { Answers = true },
    };

    /// <summary>message, owner, attempt, due: some have not.</summary>
    public static readonly Statement Defer = new(
        """
        UPDATE deliveries SET lease_owner = NULL, leased_at = NULL, due_at = held.due
        FROM unnest($1, $2, $3, $4) WITH ORDINALITY AS held(message_id, owner, attempt, due, number)
        WHERE deliveries.message_id = held.message_id AND lease_owner = held.owner AND deliveries.attempt = held.attempt
        RETURNING held.number
        """,
        $"UPDATE deliveries SET lease_owner = NULL, leased_at = NULL, due_at = $4 {Held}")
    {
        Bulk = BulkRows.Of("message_id uuid, owner uuid, attempt integer, due timestamptz", keys: 0) with { Answers = true },
    };

    /// <summary>message, owner, attempt: the attempt was never begun.</summary>
    public static readonly Statement GiveBack = new(
        $"UPDATE deliveries SET lease_owner = NULL, leased_at = NULL, attempt = attempt - 1 {Held}");

    /// <summary>message, owner, attempt, due: the attempt was never begun, and shall not be soon.</summary>
    public static readonly Statement Park = new(
        $"UPDATE deliveries SET lease_owner = NULL, leased_at = NULL, attempt = attempt - 1, due_at = $4 {Held}");

    /// <summary>message, owner, attempt, now: the attempt ended nobody knows how.</summary>
    public static readonly Statement TakeOver = new(
        $"UPDATE deliveries SET lease_owner = NULL, leased_at = NULL, due_at = $4 {Held}");

    /// <summary>message, status, number of new events.</summary>
    public static readonly Statement UpdateMessage = new(
        """
        UPDATE messages SET status = moved.status, event_count = event_count + moved.events
        FROM unnest($1, $2, $3) AS moved(id, status, events) WHERE messages.id = moved.id
        """,
        "UPDATE messages SET status = $2, event_count = event_count + $3 WHERE id = $1")
    {
        Bulk = BulkRows.Of("id uuid, status text, events integer", keys: 0),
    };

    /// <summary>
    /// message, position, status, reason, whether a soft bounce counts. A report may have been faster than the outcome of
    /// the attempt: what it says of the recipient stays.
    /// </summary>
    public static readonly Statement UpdateRecipient = new(
        """
        UPDATE recipients SET status = moved.status, reason = moved.reason, soft_bounced = moved.soft_bounced
        FROM unnest($1, $2, $3, $4, $5) AS moved(message_id, place, status, reason, soft_bounced)
        WHERE recipients.message_id = moved.message_id AND position = moved.place
            AND recipients.status IN ('scheduled', 'queued', 'deferred')
        """,
        """
        UPDATE recipients SET status = $3, reason = $4, soft_bounced = $5
        WHERE message_id = $1 AND position = $2 AND status IN ('scheduled', 'queued', 'deferred')
        """)
    {
        Bulk = BulkRows.Of("message_id uuid, place integer, status text, reason text, soft_bounced boolean", keys: 0) with
        {
            IsRepeatable = true,
        },
    };

    public static readonly Statement InsertAttempt = Statement.Insert(
        "attempts",
        """
        id uuid, message_id uuid, number integer, outcome text, recipients text, started_at timestamptz,
        finished_at timestamptz, relay text, host text, ip text, tls text, smtp_code integer, enhanced_code text,
        response text
        """,
        keys: 1);

    /// <summary>node, now, alive until.</summary>
    public static readonly Statement Live = new(
        """
        INSERT INTO nodes (id, started_at, alive_until) VALUES ($1, $2, $3)
        ON CONFLICT (id) DO UPDATE SET alive_until = excluded.alive_until
        """);

    /// <summary>
    /// now → the ids of the nodes that have gone. A node that came back after it was buried may have leased something and
    /// died before it said that it lives: its id is in its leases alone.
    /// </summary>
    public static readonly Statement FindDead = new(
        """
        SELECT id FROM nodes WHERE alive_until < $1
        UNION
        SELECT lease_owner FROM deliveries
        WHERE lease_owner IS NOT NULL AND NOT EXISTS (SELECT 1 FROM nodes WHERE nodes.id = deliveries.lease_owner)
        """);

    /// <summary>node, dead before: what it was telling is told again, by the same id; the attempt does not count.</summary>
    public static readonly Statement FreeWebhookDeliveries = new(
        """
        UPDATE webhook_deliveries SET lease_owner = NULL, leased_at = NULL, attempt = attempt - 1
        WHERE lease_owner = $1 AND leased_at <= $2
        """);

    /// <summary>node, dead before: unless it has come back.</summary>
    public static readonly Statement Bury = new("DELETE FROM nodes WHERE id = $1 AND alive_until < $2");
}
