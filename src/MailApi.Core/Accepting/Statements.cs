using MailApi.Core.Data.Writing;

namespace MailApi.Core.Accepting;

/// <summary>The SQL of accepting a message.</summary>
internal static class Statements
{
    /// <summary>project, key, hash, now, oldest that still counts: affects a row when the key is ours now.</summary>
    public static readonly Statement ClaimKey = new(
        """
        INSERT INTO idempotency_keys (project_id, key, request_hash, created_at, status_code, response)
        VALUES ($1, $2, $3, $4, 0, $3)
        ON CONFLICT (project_id, key) DO UPDATE
        SET request_hash = excluded.request_hash, created_at = excluded.created_at, status_code = 0
        WHERE idempotency_keys.created_at < $5
        """);

    /// <summary>project, key, status, body.</summary>
    public static readonly Statement KeepAnswer = new(
        "UPDATE idempotency_keys SET status_code = $3, response = $4 WHERE project_id = $1 AND key = $2");

    /// <summary>project, key.</summary>
    public static readonly Statement FreeKey = new("DELETE FROM idempotency_keys WHERE project_id = $1 AND key = $2");

    /// <summary>project, now, keys, reasons that do not count → those that are suppressed, as <c>reason:key</c>.</summary>
    public static readonly Statement FindSuppressed = new(
        """
        SELECT reason || ':' || email_key FROM suppressions
        WHERE project_id = $1 AND (expires_at IS NULL OR expires_at > $2) AND email_key = ANY($3) AND reason <> ALL($4)
        """,
        """
        SELECT reason || ':' || email_key FROM suppressions
        WHERE project_id = $1 AND (expires_at IS NULL OR expires_at > $2)
            AND email_key IN (SELECT value FROM json_each($3)) AND reason NOT IN (SELECT value FROM json_each($4))
        """);

    public static readonly Statement InsertMessage = new(
        """
        INSERT INTO messages (id, project_id, status, priority, sandbox, from_email, from_name, subject, tags, metadata,
            size, created_at, send_at, resent_from, event_count, template_id, template_version)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
        """);

    public static readonly Statement InsertContent = new(
        "INSERT INTO contents (message_id, compressed, mime) VALUES ($1, $2, $3)");

    public static readonly Statement InsertRecipient = new(
        """
        INSERT INTO recipients (message_id, position, project_id, email, email_key, name, kind, status, reason)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        """);

    public static readonly Statement InsertDelivery = new(
        """
        INSERT INTO deliveries (message_id, project_id, priority, due_at, expires_at, attempt, lease_owner, leased_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        """);
}
