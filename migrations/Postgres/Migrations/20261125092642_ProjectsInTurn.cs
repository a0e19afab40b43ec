using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace MailApi.Migrations.Postgres.Migrations
{
    /// <inheritdoc />
    public partial class ProjectsInTurn : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_deliveries_priority_due_at",
                table: "deliveries");

            migrationBuilder.CreateIndex(
                name: "ix_deliveries_priority_project_id_due_at",
                table: "deliveries",
                columns: new[] { "priority", "project_id", "due_at" },
                filter: "lease_owner IS NULL");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_deliveries_priority_project_id_due_at",
                table: "deliveries");

            migrationBuilder.CreateIndex(
                name: "ix_deliveries_priority_due_at",
                table: "deliveries",
                columns: new[] { "priority", "due_at" },
                filter: "lease_owner IS NULL");
        }
    }
}
