using MailApi.Core.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace MailApi.Migrations.Sqlite;

/// <summary>Lets <c>dotnet ef</c> build the model without starting the service or reaching a database.</summary>
public sealed class DesignTimeMailDb : IDesignTimeDbContextFactory<MailDb>
{
    public MailDb CreateDbContext(string[] args)
    {
        var builder = new DbContextOptionsBuilder<MailDb>();
        DatabaseSetup.Configure(builder, new DatabaseOptions
        {
            Provider = DatabaseProvider.Sqlite,
            ConnectionString = "Data Source=design-time.db",
        });
        return new MailDb(builder.Options);
    }
}
