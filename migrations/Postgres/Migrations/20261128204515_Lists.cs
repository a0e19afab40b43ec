using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace MailApi.Migrations.Postgres.Migrations
{
    /// <inheritdoc />
    public partial class Lists : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            // Every statement may run again: the migration is not one transaction.
            migrationBuilder.Sql(
                """
                CREATE TABLE IF NOT EXISTS message_tags (
                    project_id uuid NOT NULL,
                    tag text NOT NULL,
                    message_id uuid NOT NULL,
                    CONSTRAINT pk_message_tags PRIMARY KEY (project_id, tag, message_id)
                );
                """);

            migrationBuilder.Sql(
                """
                CREATE OR REPLACE FUNCTION keep_tags() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    INSERT INTO message_tags (project_id, tag, message_id)
                    SELECT new.project_id, t.tag, new.id FROM json_array_elements_text(new.tags::json) t(tag)
                    ON CONFLICT DO NOTHING;
                    RETURN NULL;
                END $$;
                CREATE OR REPLACE FUNCTION forget_tags() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    DELETE FROM message_tags WHERE project_id = old.project_id AND message_id = old.id
                        AND tag = ANY (ARRAY(SELECT json_array_elements_text(old.tags::json)));
                    RETURN NULL;
                END $$;
                CREATE OR REPLACE TRIGGER tr_messages_tagged AFTER INSERT ON messages
                    FOR EACH ROW WHEN (new.tags <> '[]') EXECUTE FUNCTION keep_tags();
                CREATE OR REPLACE TRIGGER tr_messages_forgotten AFTER DELETE ON messages
                    FOR EACH ROW WHEN (old.tags <> '[]') EXECUTE FUNCTION forget_tags();
                """);

            // From here on nobody waits for these statements, so they may wait.
            Alone(migrationBuilder, "SET lock_timeout = 0");
            Alone(
                migrationBuilder,
                """
                INSERT INTO message_tags (project_id, tag, message_id)
                SELECT m.project_id, t.tag, m.id
                FROM messages m CROSS JOIN LATERAL json_array_elements_text(m.tags::json) t(tag) WHERE m.tags <> '[]'
                ON CONFLICT DO NOTHING
                """);
            CreateIndex(migrationBuilder, "ix_messages_project_id_from_email_id", "messages (project_id, from_email, id)");
            CreateIndex(
                migrationBuilder, "ix_messages_project_id_status_id",
                "messages (project_id, status, id) WHERE status NOT IN ('queued', 'completed')");
            CreateIndex(
                migrationBuilder, "ix_events_project_id_recipient_key_transaction_id_id",
                "events (project_id, recipient_key, transaction_id, id) WHERE message_id IS NULL");
            CreateIndex(
                migrationBuilder, "ix_events_project_id_type_transaction_id_id",
                "events (project_id, type, transaction_id, id) WHERE type NOT IN ('message.accepted', 'message.delivered')");
            Alone(migrationBuilder, "ANALYZE message_tags");
            Alone(migrationBuilder, "SET lock_timeout = '800ms'");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(
                """
                DROP TRIGGER tr_messages_tagged ON messages;
                DROP TRIGGER tr_messages_forgotten ON messages;
                DROP FUNCTION keep_tags;
                DROP FUNCTION forget_tags;
                """);

            migrationBuilder.DropTable(
                name: "message_tags");

            migrationBuilder.DropIndex(
                name: "ix_messages_project_id_from_email_id",
                table: "messages");

            migrationBuilder.DropIndex(
                name: "ix_messages_project_id_status_id",
                table: "messages");

            migrationBuilder.DropIndex(
                name: "ix_events_project_id_recipient_key_transaction_id_id",
                table: "events");

            migrationBuilder.DropIndex(
                name: "ix_events_project_id_type_transaction_id_id",
                table: "events");
        }

        /// <summary>One that was broken off has left an index that is not valid.</summary>
        private static void CreateIndex(MigrationBuilder migrationBuilder, string name, string on)
        {
            Alone(migrationBuilder, $"DROP INDEX CONCURRENTLY IF EXISTS {name}");
            Alone(migrationBuilder, $"CREATE INDEX CONCURRENTLY {name} ON {on}");
        }

        private static void Alone(MigrationBuilder migrationBuilder, string sql) =>
            migrationBuilder.Sql(sql, suppressTransaction: true);
    }
}
