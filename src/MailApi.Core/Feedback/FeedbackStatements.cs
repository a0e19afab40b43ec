using MailApi.Core.Data.Writing;

namespace MailApi.Core.Feedback;

/// <summary>The SQL of late news. Rows are taken in the order in which outcomes of attempts take them.</summary>
internal static class FeedbackStatements
{
    /// <summary>message → <c>free</c> or <c>leased</c>, while it is in the queue.</summary>
    public static readonly Statement LockDelivery = new(
        $"{FindDelivery} FOR UPDATE", FindDelivery);

    /// <summary>message → its status, unless it is gone.</summary>
    public static readonly Statement LockMessage = new($"{FindMessage} FOR UPDATE", FindMessage);

    /// <summary>message → <c>position:status</c> of each recipient.</summary>
    public static readonly Statement FindRecipients = new(
        "SELECT position || ':' || status FROM recipients WHERE message_id = $1 ORDER BY position");

    /// <summary>message → the recipients, as JSON, of each delay that has been told.</summary>
    public static readonly Statement FindDelays = new(
        "SELECT recipients FROM attempts WHERE message_id = $1 AND relay = 'report' AND outcome = 'deferred'");

    /// <summary>message → the number of its latest attempt, if any.</summary>
    public static readonly Statement FindAttempt = new(
        "SELECT number FROM attempts WHERE message_id = $1 ORDER BY number DESC LIMIT 1");

    /// <summary>message, status, number of new events.</summary>
    public static readonly Statement UpdateMessage = new(
        "UPDATE messages SET status = $2, event_count = event_count + $3 WHERE id = $1");

    /// <summary>message, position, status, reason, whether a soft bounce counts.</summary>
    public static readonly Statement UpdateRecipient = new(
        "UPDATE recipients SET status = $3, reason = $4, soft_bounced = $5 WHERE message_id = $1 AND position = $2");

    /// <summary>message: nobody is left to write to.</summary>
    public static readonly Statement EndDelivery = new("DELETE FROM deliveries WHERE message_id = $1 AND lease_owner IS NULL");

    /// <summary>id, message, number, outcome, recipients, time, way, code, enhanced code, words.</summary>
    public static readonly Statement InsertAttempt = new(
        """
        INSERT INTO attempts (id, message_id, number, outcome, recipients, started_at, finished_at, relay, host,
            smtp_code, enhanced_code, response)
        VALUES ($1, $2, $3, $4, $5, $6, $6, 'report', $7, $8, $9, $10)
        """);

    private const string FindDelivery =
        "SELECT CASE WHEN lease_owner IS NULL THEN 'free' ELSE 'leased' END FROM deliveries WHERE message_id = $1";

    private const string FindMessage = "SELECT status FROM messages WHERE id = $1";
}
