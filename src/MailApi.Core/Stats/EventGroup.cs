using MailApi.Core.Data;
using MailApi.Core.Domain;

namespace MailApi.Core.Stats;

/// <summary>
/// Events of one hour that have the same to be counted under. What was accepted for whom is a group of its own, by domain:
/// a message has several recipients, and is one message.
/// </summary>
internal sealed class EventGroup
{
    public required int Hour { get; init; }

    public required string Type { get; init; }

    /// <summary>Of bounces.</summary>
    public string? Class { get; init; }

    public string? Relay { get; init; }

    /// <summary>The template's id in hexadecimal digits; null or empty for none.</summary>
    public string? Template { get; init; }

    /// <summary>Of the message, as JSON.</summary>
    public string? Tags { get; init; }

    /// <summary>Of the recipient; null when the events are of a message and not of one of its recipients.</summary>
    public string? Domain { get; init; }

    /// <summary>Of whom <see cref="Events"/> messages were accepted; 0 in all other groups.</summary>
    public required long Recipients { get; init; }

    public required long Events { get; init; }

    /// <summary>
    /// Parameters: project; transaction and event after which to begin; transaction and event to end with. The limit
    /// changes nothing: it tells PostgreSQL how few events there are, which would otherwise guess, and read all messages.
    /// </summary>
    public static string Sql(DatabaseProvider provider, int limit)
    {
        var say = provider == DatabaseProvider.Sqlite ? Words.Sqlite : Words.Postgres;
        return $$"""
            WITH batch AS (
                SELECT {{say.Hour}} AS hour, type, message_id, recipient_key, details FROM events
                WHERE project_id = {0} AND (transaction_id, id) > ({1}, {2}) AND (transaction_id, id) <= ({3}, {4})
                ORDER BY transaction_id, id LIMIT {{limit}})
            SELECT hour AS "Hour", type AS "Type", class AS "Class", relay AS "Relay", template AS "Template", tags AS "Tags",
                domain AS "Domain", 0 AS "Recipients", count(*) AS "Events"
            FROM (
                SELECT hour, type, {{say.Relay}} AS relay, {{say.Template}} AS template, tags,
                    CASE type WHEN '{{EventTypes.MessageBounced}}' THEN {{say.BounceClass}} END AS class,
                    CASE WHEN type <> '{{EventTypes.MessageAccepted}}' THEN {{say.DomainOf("recipient_key")}} END AS domain
                FROM batch LEFT JOIN messages ON messages.id = message_id) AS happened
            GROUP BY hour, type, class, relay, template, tags, domain
            UNION ALL
            SELECT hour, '{{EventTypes.MessageAccepted}}', NULL, NULL, template, tags, domain, CAST(sum(those) AS bigint), count(*)
            FROM (
                SELECT hour, {{say.Template}} AS template, tags, {{say.DomainOf("email_key")}} AS domain, count(*) AS those
                FROM batch JOIN messages ON messages.id = batch.message_id JOIN recipients ON recipients.message_id = messages.id
                WHERE type = '{{EventTypes.MessageAccepted}}'
                GROUP BY messages.id, hour, domain) AS accepted
            GROUP BY hour, template, tags, domain
            """;
    }

    /// <summary>What the databases say differently.</summary>
    private sealed record Words(string Hour, string Relay, string BounceClass, string Template, Func<string, string> DomainOf)
    {
        public static readonly Words Sqlite = new(
            "timestamp / 3600000", "json_extract(details, '$.relay')", "json_extract(details, '$.bounce.class')",
            "hex(template_id)", key => $"substr({key}, length(rtrim({key}, replace({key}, '@', ''))) + 1)");

        public static readonly Words Postgres = new(
            "CAST(floor(extract(epoch FROM timestamp) / 3600) AS integer)", "CAST(details AS json) ->> 'relay'",
            "CAST(details AS json) -> 'bounce' ->> 'class'", "CAST(template_id AS text)",
            key => $"reverse(split_part(reverse({key}), '@', 1))");
    }
}
