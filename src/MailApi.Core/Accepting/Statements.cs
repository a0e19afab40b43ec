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

    /// <summary>project, key, now → why it is suppressed.</summary>
    public static readonly Statement FindSuppressed = new(
        """
        SELECT asked.number, listed.reason
        FROM unnest($1, $2, $3) WITH ORDINALITY AS asked(project_id, email_key, now, number)
        JOIN suppressions AS listed ON listed.project_id = asked.project_id AND listed.email_key = asked.email_key
            AND (listed.expires_at IS NULL OR listed.expires_at > asked.now)
        """,
        """
        SELECT reason FROM suppressions
        WHERE project_id = $1 AND email_key = $2 AND (expires_at IS NULL OR expires_at > $3)
        """)
    {
        Bulk = BulkRows.Of("project_id uuid, email_key text, now timestamptz") with { Answers = true },
    };

    /// <summary>message → the same, where it is stored.</summary>
    public static readonly Statement FindMessage = new("SELECT id FROM messages WHERE id = $1");

    public static readonly Statement InsertMessage = Statement.Insert(
        "messages",
        """
        id uuid, project_id uuid, status text, priority integer, sandbox boolean, from_email text, from_name text,
        subject text, tags text, metadata text, size integer, created_at timestamptz, send_at timestamptz,
        resent_from uuid, event_count integer, template_id uuid, template_version integer
        """,
        keys: 0);

    public static readonly Statement InsertContent = Statement.Insert(
        "contents", "message_id uuid, compressed boolean, mime bytea", keys: 0);

    public static readonly Statement InsertRecipient = Statement.Insert(
        "recipients",
        """
        message_id uuid, position integer, project_id uuid, email text, email_key text, name text, kind text,
        status text, reason text
        """,
        keys: 0);

    public static readonly Statement InsertDelivery = Statement.Insert(
        "deliveries",
        """
        message_id uuid, project_id uuid, priority integer, due_at timestamptz, expires_at timestamptz,
        attempt integer, lease_owner uuid, leased_at timestamptz
        """,
        keys: 0);
}
