using MailApi.Core.Data.Writing;

namespace MailApi.Core.Suppressing;

/// <summary>The SQL of the suppression list.</summary>
internal static class SuppressionStatements
{
    private const string Insert =
        "INSERT INTO suppressions (project_id, email_key, email, reason, source, message_id, created_at, expires_at)";

    /// <summary>What has lapsed is replaced, and what weighs less, or as much but not for good.</summary>
    private static readonly string UnlessGraver =
        $"""
        ON CONFLICT (project_id, email_key) DO UPDATE
        SET reason = excluded.reason, source = excluded.source, message_id = excluded.message_id,
            created_at = excluded.created_at, expires_at = excluded.expires_at
        WHERE suppressions.expires_at <= excluded.created_at
            OR {WeightOf("excluded")} > {WeightOf("suppressions")}
            OR ({WeightOf("excluded")} = {WeightOf("suppressions")}
                AND suppressions.expires_at IS NOT NULL AND excluded.expires_at IS NULL)
        """;

    /// <summary>project, key, address, reason, source, message, time.</summary>
    public static readonly Statement Add = new($"{Insert} VALUES ($1, $2, $3, $4, $5, $6, $7, NULL) {UnlessGraver}");

    /// <summary>
    /// project, key, address, reason, source, message, time, end, the least id that counts, how many in a row. Only what
    /// has ended is looked at: a delivery breaks the row, what is still under way does not.
    /// </summary>
    public static readonly Statement AddIfSoftBouncesRepeat = new(
        $"""
        {Insert} SELECT $1, $2, $3, $4, $5, $6, $7, $8
        WHERE $10 = (SELECT COUNT(*) FROM (
            SELECT soft_bounced FROM recipients
            WHERE project_id = $1 AND email_key = $2 AND message_id >= $9
                AND status IN ('delivered', 'complained', 'bounced', 'failed')
            ORDER BY message_id DESC LIMIT $10) AS latest WHERE soft_bounced)
        {UnlessGraver}
        """);

    /// <summary>project, key, address, reason, source, time, end: affects a row when the list says something else now.</summary>
    public static readonly Statement Put = new(
        $"""
        {Insert} VALUES ($1, $2, $3, $4, $5, NULL, $6, $7)
        ON CONFLICT (project_id, email_key) DO UPDATE
        SET reason = excluded.reason, source = excluded.source, message_id = NULL, expires_at = excluded.expires_at,
            created_at = CASE WHEN suppressions.expires_at <= excluded.created_at
                THEN excluded.created_at ELSE suppressions.created_at END
        WHERE suppressions.reason <> excluded.reason OR suppressions.expires_at IS DISTINCT FROM excluded.expires_at
            OR suppressions.expires_at <= excluded.created_at
        """);

    /// <summary>project, now, keys → those of the keys that the list has.</summary>
    public static readonly Statement FindListed = new(
        """
        SELECT email_key FROM suppressions
        WHERE project_id = $1 AND (expires_at IS NULL OR expires_at > $2) AND email_key = ANY($3)
        """,
        """
        SELECT email_key FROM suppressions
        WHERE project_id = $1 AND (expires_at IS NULL OR expires_at > $2)
            AND email_key IN (SELECT value FROM json_each($3))
        """);

    /// <summary>project, key.</summary>
    public static readonly Statement Remove = new("DELETE FROM suppressions WHERE project_id = $1 AND email_key = $2");

    /// <summary>What people asked for weighs more than what servers say, and a soft bounce least.</summary>
    private static string WeightOf(string row) =>
        $"CASE {row}.reason WHEN 'complaint' THEN 3 WHEN 'unsubscribe' THEN 2 WHEN 'soft_bounce' THEN 0 ELSE 1 END";
}
