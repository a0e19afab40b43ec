using MailApi.Core.Data.Writing;

namespace MailApi.Core.Suppressing;

/// <summary>The SQL of the suppression list.</summary>
internal static class SuppressionStatements
{
    /// <summary>project, key, address, message, time: an entry that still counts stays as it is.</summary>
    public static readonly Statement HardBounce = new(
        """
        INSERT INTO suppressions (project_id, email_key, email, reason, source, message_id, created_at, expires_at)
        VALUES ($1, $2, $3, 'hard_bounce', 'smtp', $4, $5, NULL)
        ON CONFLICT (project_id, email_key) DO UPDATE
        SET reason = excluded.reason, source = excluded.source, message_id = excluded.message_id,
            created_at = excluded.created_at, expires_at = NULL
        WHERE suppressions.expires_at <= excluded.created_at
        """);

    /// <summary>project, key, address, reason, source, time, end.</summary>
    public static readonly Statement Put = new(
        """
        INSERT INTO suppressions (project_id, email_key, email, reason, source, created_at, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (project_id, email_key) DO UPDATE
        SET reason = excluded.reason, source = excluded.source, expires_at = excluded.expires_at
        """);

    /// <summary>project, key.</summary>
    public static readonly Statement Remove = new("DELETE FROM suppressions WHERE project_id = $1 AND email_key = $2");
}
