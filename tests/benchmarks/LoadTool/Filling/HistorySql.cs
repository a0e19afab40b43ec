using System.Globalization;
using System.IO.Compression;
using System.Text;
using MailApi.Benchmarks.LoadTool.Http;

namespace MailApi.Benchmarks.LoadTool.Filling;

/// <summary>
/// The SQL that both databases understand. A temporary table <c>batch</c> says what happened to each message; from it the
/// rows are written that the service writes itself, in every table.
/// </summary>
/// <remarks>
/// Columns of <c>batch</c>: number, when accepted, ended, due again; ids of message, events, attempt; recipient, domain, tags;
/// status of message and recipient; outcome of the attempt, null when there was none; type and details of the last event.
/// </remarks>
internal static class HistorySql
{
    private const string NoMetadata = "'{}'";

    private const string Details =
        """
        '{' || CASE WHEN outcome = 'bounced'
            THEN '"bounce":{"class":"hard","category":"invalid_recipient","source":"smtp"},' ELSE '' END
            || '"smtp":{"code":' || code || ',"enhanced_code":"' || enhanced_code || '","response":"' || response
            || '","host":"127.0.0.1"},"relay":"sink"}'
        """;

    private const string Answer =
        """
        '{"id":"msg_01m89bbecme00be3sh6cg731sh","status":"queued","send_at":null,"sandbox":false,"recipients":[{"email":"' || email
            || '","kind":"to","status":"queued"}]}'
        """;

    /// <summary>The cases of a message by its number: the same expressions stage every batch.</summary>
    public static string Columns(bool past) => past
        ? $"""
           CASE WHEN n % {History.Bounced} = 0 THEN 'gone' || n ELSE 'user' || (n * 7919 % {History.Recipients}) END
               || '@domain' || (n % {History.Domains}) || '.example' AS email,
           'domain' || (n % {History.Domains}) || '.example' AS domain,
           'tag-' || (n % {History.Tags}) AS tag,
           CASE WHEN n % {History.Rare} = 0 THEN ',"rare"' ELSE '' END AS more_tags,
           'completed' AS status,
           CASE WHEN n % {History.Bounced} = 0 THEN 'bounced' ELSE 'delivered' END AS end_status,
           CASE WHEN n % {History.Bounced} = 0 THEN 'bounced' ELSE 'delivered' END AS outcome,
           CASE WHEN n % {History.Bounced} = 0 THEN 550 ELSE 250 END AS code,
           CASE WHEN n % {History.Bounced} = 0 THEN '5.1.1' ELSE '2.0.0' END AS enhanced_code,
           CASE WHEN n % {History.Bounced} = 0 THEN '550 5.1.1 user unknown' ELSE '250 2.0.0 queued' END AS response
           """
        : $"""
           'waiting' || n || '@domain' || (n % {History.Domains}) || '.example' AS email,
           'domain' || (n % {History.Domains}) || '.example' AS domain,
           'tag-' || (n % {History.Tags}) AS tag,
           '' AS more_tags,
           CASE WHEN n % 2 = 0 THEN 'scheduled' ELSE 'sending' END AS status,
           CASE WHEN n % 2 = 0 THEN 'scheduled' ELSE 'deferred' END AS end_status,
           CASE WHEN n % 2 = 0 THEN NULL ELSE 'deferred' END AS outcome,
           450 AS code,
           '4.2.0' AS enhanced_code,
           '450 4.2.0 come back later' AS response
           """;

    /// <summary>The rows of one batch, table by table.</summary>
    /// <param name="project">A literal: whose they are.</param>
    /// <param name="content">A literal: the MIME of each, compressed.</param>
    /// <param name="keysSince">A literal: idempotency keys older than that have been removed.</param>
    /// <param name="bytes">Makes bytes of a text expression.</param>
    /// <param name="transaction">A column and its value, each behind a comma, where events need it.</param>
    /// <param name="hour">The hour since 1970 of <c>at</c>.</param>
    public static IEnumerable<string> Inserts(
        string project, string content, string keysSince, Func<string, string> bytes, (string Column, string Value) transaction,
        string hour)
    {
        yield return $"""
            INSERT INTO messages (id, project_id, status, priority, sandbox, from_email, from_name, subject, tags, metadata, size,
                created_at, send_at, event_count)
            SELECT id, {project}, status, 1, false, 'load@sender.example', 'Load', 'A message of the past',
                '["' || tag || '"' || more_tags || ']', {NoMetadata}, {Mime.Length}, at,
                CASE WHEN status = 'scheduled' THEN due_at END, 2 FROM batch ORDER BY n
            """;
        yield return $"INSERT INTO contents (message_id, compressed, mime) SELECT id, true, {content} FROM batch ORDER BY n";
        yield return $"""
            INSERT INTO recipients (message_id, position, project_id, email, email_key, kind, status, reason, soft_bounced)
            SELECT id, 0, {project}, email, email, 'to', end_status,
                CASE WHEN end_status IN ('bounced', 'deferred') THEN response END, false FROM batch ORDER BY n
            """;
        yield return """
            INSERT INTO attempts (id, message_id, number, outcome, recipients, started_at, finished_at, relay, host, ip, smtp_code,
                enhanced_code, response)
            SELECT attempt_id, id, 1, outcome, '["' || email || '"]', at, ended_at, 'sink', '127.0.0.1', '127.0.0.1', code,
                enhanced_code, response FROM batch WHERE outcome IS NOT NULL ORDER BY n
            """;
        yield return $"""
            INSERT INTO events (id, project_id, type, timestamp, message_id, sequence{transaction.Column})
            SELECT accepted_id, {project}, 'message.accepted', at, id, 1{transaction.Value} FROM batch ORDER BY n
            """;
        yield return $"""
            INSERT INTO events (id, project_id, type, timestamp, message_id, sequence, recipient, recipient_key, attempt,
                details{transaction.Column})
            SELECT ended_id, {project}, 'message.' || end_status, ended_at, id, 2, email, email,
                CASE WHEN outcome IS NOT NULL THEN 1 END,
                CASE WHEN outcome IS NOT NULL THEN {Details} END{transaction.Value}
            FROM batch ORDER BY n
            """;
        yield return $"""
            INSERT INTO deliveries (message_id, project_id, priority, due_at, expires_at, attempt)
            SELECT id, {project}, 1, due_at, expires_at, CASE WHEN outcome IS NULL THEN 0 ELSE 1 END
            FROM batch WHERE status <> 'completed' ORDER BY n
            """;
        yield return $"""
            INSERT INTO suppressions (project_id, email_key, email, reason, source, message_id, created_at)
            SELECT {project}, email, email, 'hard_bounce', 'smtp', id, ended_at FROM batch WHERE outcome = 'bounced' ORDER BY n
            """;
        yield return $"""
            INSERT INTO idempotency_keys (project_id, key, request_hash, created_at, status_code, response)
            SELECT {project}, 'order-' || status || '-' || n, hash, at, 202,
                {bytes(Answer)}
            FROM batch WHERE at > {keysSince} ORDER BY n
            """;
        foreach (var (dimension, key) in (IEnumerable<(string, string)>)
            [("total", "''"), ("template", "''"), ("relay", "CASE WHEN outcome IS NULL THEN '' ELSE 'sink' END"), ("tag", "tag"), ("domain", "domain")])
        {
            yield return Count(project, hour, dimension, key);
        }
    }

    /// <summary>A message of ordinary length, as the service keeps it.</summary>
    public static string CompressedContent()
    {
        using var compressed = new MemoryStream();
        using (var brotli = new BrotliStream(compressed, CompressionLevel.Fastest))
        {
            brotli.Write(Mime);
        }

        return Convert.ToHexString(compressed.ToArray());
    }

    public static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static byte[] Mime { get; } = Encoding.ASCII.GetBytes(
        "From: Load <load@sender.example>\r\nSubject: A message of the past\r\nTo: user@domain.example\r\nMIME-Version: 1.0\r\n"
        + "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 7bit\r\n\r\n"
        + MessagePayload.TextOf(600).ReplaceLineEndings("\r\n"));

    private static string Count(string project, string hour, string dimension, string key)
    {
        string[] zero = ["bounced_block", "bounced_soft", "bounced_undetermined", "failed", "suppressed", "complained"];
        string[] counted = ["accepted", "recipients", "delivered", "deferred", "bounced_hard"];
        return $"""
            INSERT INTO stats (project_id, dimension, hour, key, {string.Join(", ", counted)}, {string.Join(", ", zero)})
            SELECT {project}, '{dimension}', {hour}, {key}, count(*), count(*), {CountOf("delivered")}, {CountOf("deferred")},
                {CountOf("bounced")}, 0, 0, 0, 0, 0, 0
            FROM batch WHERE true GROUP BY 3, 4
            ON CONFLICT (project_id, dimension, hour, key) DO UPDATE
            SET {string.Join(", ", counted.Select(c => $"{c} = stats.{c} + excluded.{c}"))}
            """;
    }

    private static string CountOf(string outcome) => $"sum(CASE WHEN outcome = '{outcome}' THEN 1 ELSE 0 END)";
}
