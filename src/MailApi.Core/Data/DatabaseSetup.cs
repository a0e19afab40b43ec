using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace MailApi.Core.Data;

/// <summary>Points a context at the configured database.</summary>
public static class DatabaseSetup
{
    public static void Configure(DbContextOptionsBuilder builder, DatabaseOptions options)
    {
        builder.AddInterceptors(FailedStatements.Instance);
        if (options.Provider == DatabaseProvider.Sqlite)
        {
            builder.UseSqlite(options.ConnectionString, o => o.MigrationsAssembly("MailApi.Migrations.Sqlite"));
            builder.AddInterceptors(SqlitePragmas.Instance);
        }
        else
        {
            // The provider's own strategy would wrap what is transient in an InvalidOperationException.
            builder.UseNpgsql(options.ConnectionString, o => o
                .MigrationsAssembly("MailApi.Migrations.Postgres")
                .ExecutionStrategy(dependencies => new NonRetryingExecutionStrategy(dependencies)));
        }
    }
}
