using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace MailApi.Migrations.Sqlite.Migrations
{
    /// <inheritdoc />
    public partial class Lists : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            // One tree instead of two.
            migrationBuilder.Sql(
                """
                CREATE TABLE message_tags (
                    project_id BLOB NOT NULL,
                    tag TEXT NOT NULL,
                    message_id BLOB NOT NULL,
                    CONSTRAINT pk_message_tags PRIMARY KEY (project_id, tag, message_id)
                ) WITHOUT ROWID;
                """);

            migrationBuilder.Sql(
                """
                CREATE TRIGGER tr_messages_tagged AFTER INSERT ON messages WHEN new.tags <> '[]'
                BEGIN
                    INSERT INTO message_tags (project_id, tag, message_id)
                    SELECT new.project_id, value, new.id FROM json_each(new.tags) WHERE true ON CONFLICT DO NOTHING;
                END;
                """);

            migrationBuilder.Sql(
                """
                CREATE TRIGGER tr_messages_forgotten AFTER DELETE ON messages WHEN old.tags <> '[]'
                BEGIN
                    DELETE FROM message_tags WHERE project_id = old.project_id AND message_id = old.id
                        AND tag IN (SELECT value FROM json_each(old.tags));
                END;
                """);

            migrationBuilder.Sql(
                """
                INSERT INTO message_tags (project_id, tag, message_id)
                SELECT m.project_id, t.value, m.id FROM messages m, json_each(m.tags) t WHERE m.tags <> '[]'
                ON CONFLICT DO NOTHING;
                """);

            migrationBuilder.CreateIndex(
                name: "ix_messages_project_id_from_email_id",
                table: "messages",
                columns: new[] { "project_id", "from_email", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_messages_project_id_status_id",
                table: "messages",
                columns: new[] { "project_id", "status", "id" },
                filter: "status NOT IN ('queued', 'completed')");

            migrationBuilder.CreateIndex(
                name: "ix_events_project_id_recipient_key_transaction_id_id",
                table: "events",
                columns: new[] { "project_id", "recipient_key", "transaction_id", "id" },
                filter: "message_id IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_events_project_id_type_transaction_id_id",
                table: "events",
                columns: new[] { "project_id", "type", "transaction_id", "id" },
                filter: "type NOT IN ('message.accepted', 'message.delivered')");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("DROP TRIGGER tr_messages_tagged");
            migrationBuilder.Sql("DROP TRIGGER tr_messages_forgotten");

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
    }
}
