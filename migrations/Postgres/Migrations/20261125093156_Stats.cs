using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace MailApi.Migrations.Postgres.Migrations
{
    /// <inheritdoc />
    public partial class Stats : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "stat_positions",
                columns: table => new
                {
                    project_id = table.Column<Guid>(type: "uuid", nullable: false),
                    transaction_id = table.Column<long>(type: "bigint", nullable: false),
                    event_id = table.Column<Guid>(type: "uuid", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_stat_positions", x => x.project_id);
                });

            migrationBuilder.CreateTable(
                name: "stats",
                columns: table => new
                {
                    project_id = table.Column<Guid>(type: "uuid", nullable: false),
                    dimension = table.Column<string>(type: "text", nullable: false),
                    hour = table.Column<int>(type: "integer", nullable: false),
                    key = table.Column<string>(type: "text", nullable: false),
                    accepted = table.Column<long>(type: "bigint", nullable: false),
                    recipients = table.Column<long>(type: "bigint", nullable: false),
                    delivered = table.Column<long>(type: "bigint", nullable: false),
                    deferred = table.Column<long>(type: "bigint", nullable: false),
                    bounced_hard = table.Column<long>(type: "bigint", nullable: false),
                    bounced_block = table.Column<long>(type: "bigint", nullable: false),
                    bounced_soft = table.Column<long>(type: "bigint", nullable: false),
                    bounced_undetermined = table.Column<long>(type: "bigint", nullable: false),
                    failed = table.Column<long>(type: "bigint", nullable: false),
                    suppressed = table.Column<long>(type: "bigint", nullable: false),
                    complained = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_stats", x => new { x.project_id, x.dimension, x.hour, x.key });
                });

            migrationBuilder.CreateIndex(
                name: "ix_stats_hour",
                table: "stats",
                column: "hour");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "stat_positions");

            migrationBuilder.DropTable(
                name: "stats");
        }
    }
}
