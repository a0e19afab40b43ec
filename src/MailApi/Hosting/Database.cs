using MailApi.Core.Data;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace MailApi.Hosting;

/// <summary>The database of this installation: which one, and its schema.</summary>
internal static class Database
{
    public static void AddDatabase(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<DatabaseOptions>()
            .BindConfiguration("Database", o => o.ErrorOnUnknownConfiguration = true)
            .Configure(o => o.ConnectionString = configuration.GetConnectionString("MailApi") ?? o.ConnectionString)
            .Validate(
                o => o.Provider != DatabaseProvider.Postgres || configuration.GetConnectionString("MailApi") is not null,
                "ConnectionStrings:MailApi must be set when Database:Provider is postgres.");
        services.AddOptions<DatabaseOptions>().PostConfigure(o => o.BoundConnecting());
        services.AddSingleton<MigrateSchema>();
        services.AddSingleton<DatabaseWatch>();
        services.AddHostedService(provider => provider.GetRequiredService<DatabaseWatch>());
        services.AddPooledDbContextFactory<MailDb>((provider, builder) =>
            DatabaseSetup.Configure(builder, provider.GetRequiredService<IOptions<DatabaseOptions>>().Value));
        services.AddScoped(provider => provider.GetRequiredService<IDbContextFactory<MailDb>>().CreateDbContext());
    }

    /// <summary>
    /// Brings the schema up to date. PostgreSQL nodes that start together wait for each other; a SQLite file has one server.
    /// </summary>
    public static async Task PrepareDatabaseAsync(this IServiceProvider services, CancellationToken cancellationToken)
    {
        var options = services.GetRequiredService<IOptions<DatabaseOptions>>().Value;
        await using var db = await services.GetRequiredService<IDbContextFactory<MailDb>>()
            .CreateDbContextAsync(cancellationToken);
        if (options.Provider == DatabaseProvider.Sqlite)
        {
            await services.GetRequiredService<SqliteLock>().TakeAsync(options.ConnectionString, cancellationToken);
        }

        if (options.MigrateOnStart)
        {
            if (options.Provider == DatabaseProvider.Sqlite)
            {
                // EF Core's own lock is a table, and a process that dies while migrating leaves it behind. The file lock
                // above has made sure that nobody else is at it.
                await db.Database.ExecuteSqlRawAsync("DROP TABLE IF EXISTS \"__EFMigrationsLock\"", cancellationToken);
            }

            await services.GetRequiredService<MigrateSchema>().RunAsync(cancellationToken);
        }

        if (options.Provider == DatabaseProvider.Sqlite)
        {
            await AssertDurableAsync(db, cancellationToken);
        }
    }

    /// <summary>202 means durable: with any other setting a power cut could take back what was promised.</summary>
    private static async Task AssertDurableAsync(MailDb db, CancellationToken cancellationToken)
    {
        await db.Database.OpenConnectionAsync(cancellationToken);
        await using var command = db.Database.GetDbConnection().CreateCommand();
        command.CommandText = "SELECT (SELECT synchronous FROM pragma_synchronous) || (SELECT journal_mode FROM pragma_journal_mode)";
        if (await command.ExecuteScalarAsync(cancellationToken) is not "2wal")
        {
            throw new ConfigurationException(
                "ConnectionStrings:MailApi must allow journal_mode=WAL and synchronous=FULL; this file does not.");
        }
    }
}

/// <summary>Keeps a second server off a SQLite file; the operating system lets go when the process ends, however it ends.</summary>
internal sealed class SqliteLock : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private FileStream? _file;

    public async Task TakeAsync(string connectionString, CancellationToken cancellationToken)
    {
        var path = Path.GetFullPath(new SqliteConnectionStringBuilder(connectionString).DataSource);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var deadline = Environment.TickCount64 + (long)Patience.TotalMilliseconds;
        while (true)
        {
            try
            {
                _file = new FileStream($"{path}.lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
                return;
            }
            catch (IOException) when (Environment.TickCount64 < deadline)
            {
                // The server before may still be on its way out.
                await Task.Delay(100, cancellationToken);
            }
            catch (IOException)
            {
                throw new ConfigurationException(
                    $"ConnectionStrings:MailApi names {path}, which another MailApi is using. Stop that one, or use PostgreSQL for several.");
            }
        }
    }

    public void Dispose() => _file?.Dispose();
}
