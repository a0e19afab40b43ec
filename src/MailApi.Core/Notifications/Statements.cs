using MailApi.Core.Data.Writing;

namespace MailApi.Core.Notifications;

/// <summary>The SQL of telling endpoints what has happened.</summary>
internal static class Statements
{
    private const string Held = "WHERE id = $1 AND lease_owner = $2 AND attempt = $3";
    private const string Free = "lease_owner = NULL, leased_at = NULL";

    /// <summary>now → the endpoints with something due.</summary>
    public static readonly Statement FindDue = new(
        """
        SELECT id FROM webhooks WHERE enabled AND EXISTS (
            SELECT 1 FROM webhook_deliveries
            WHERE webhook_id = webhooks.id AND status = 'pending' AND lease_owner IS NULL AND due_at <= $1)
        """);

    /// <summary>owner, now, endpoint, limit → the ids of the deliveries that are now leased.</summary>
    public static readonly Statement Lease = new(
        """
        UPDATE webhook_deliveries SET lease_owner = $1, leased_at = $2, attempt = attempt + 1
        WHERE id IN (
            SELECT id FROM webhook_deliveries
            WHERE webhook_id = $3 AND status = 'pending' AND lease_owner IS NULL AND due_at <= $2
            ORDER BY due_at LIMIT $4 FOR UPDATE SKIP LOCKED)
        RETURNING id
        """,
        """
        UPDATE webhook_deliveries SET lease_owner = $1, leased_at = $2, attempt = attempt + 1
        WHERE id IN (
            SELECT id FROM webhook_deliveries
            WHERE webhook_id = $3 AND status = 'pending' AND lease_owner IS NULL AND due_at <= $2
            ORDER BY due_at LIMIT $4)
        RETURNING id
        """);

    /// <summary>delivery, owner, attempt, status, due, attempts so far.</summary>
    public static readonly Statement Record = new(
        $"UPDATE webhook_deliveries SET status = $4, due_at = $5, attempts = $6, {Free} {Held}");

    /// <summary>delivery, owner, attempt: the request was never made.</summary>
    public static readonly Statement GiveBack = new(
        $"UPDATE webhook_deliveries SET attempt = attempt - 1, {Free} {Held}");

    /// <summary>owner, time: leased before it and still not recorded, so nobody works on it.</summary>
    public static readonly Statement FreeStale = new(
        $"UPDATE webhook_deliveries SET attempt = attempt - 1, {Free} WHERE lease_owner = $1 AND leased_at < $2");

    /// <summary>endpoint, successes, failures, last success, last failure, last error, failing since, whether it succeeded.</summary>
    public static readonly Statement AddHealth = new(
        """
        UPDATE webhooks SET succeeded = succeeded + $2, failed = failed + $3,
            last_success_at = COALESCE($4, last_success_at), last_failure_at = COALESCE($5, last_failure_at),
            last_error = COALESCE($6, last_error),
            failing_since = CASE WHEN $8 THEN $7 ELSE COALESCE(failing_since, $7) END
        WHERE id = $1
        """);

    /// <summary>endpoint, time → its id, when it has done nothing but fail since before that time.</summary>
    public static readonly Statement FindFailing = new(
        "SELECT id FROM webhooks WHERE id = $1 AND enabled AND failing_since <= $2");

    /// <summary>endpoint, reason, time.</summary>
    public static readonly Statement Disable = new(
        "UPDATE webhooks SET enabled = FALSE, disabled_reason = $2, disabled_at = $3 WHERE id = $1 AND enabled");

    public static readonly Statement CountChange = new("UPDATE revisions SET number = number + 1 WHERE name = 'webhooks'");
}
