using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace MailApi.Migrations.Postgres.Migrations
{
    /// <summary>
    /// Contents come compressed, and most fit into a page: PostgreSQL shall neither try to compress them again nor keep
    /// them in pieces elsewhere. What is stored already stays as it is.
    /// </summary>
    public partial class Contents : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(
            """
            ALTER TABLE contents ALTER COLUMN mime SET STORAGE EXTERNAL;
            ALTER TABLE contents SET (toast_tuple_target = 8160);
            """);

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(
            """
            ALTER TABLE contents ALTER COLUMN mime SET STORAGE EXTENDED;
            ALTER TABLE contents RESET (toast_tuple_target);
            """);
    }
}
