using MailApi.Core.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace MailApi.Migrations.Postgres;

/// <summary>Lets <c>dotnet ef</c> build the model without starting the service or reaching a database.</summary>
public sealed class DesignTimeMailDb : IDesignTimeDbContextFactory<MailDb>
{
    public MailDb CreateDbContext(string[] args)
    {
        var builder = new DbContextOptionsBuilder<MailDb>();
        DatabaseSetup.Configure(builder, new DatabaseOptions
        {
            Provider = DatabaseProvider.Postgres,
            ConnectionString = "Host=localhost;Database=design_time",
        });
        return new MailDb(builder.Options);
    }
}
