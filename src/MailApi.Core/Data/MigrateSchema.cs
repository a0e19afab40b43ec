using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MailApi.Core.Data;

/// <summary>
/// Brings the schema up to date, one node at a time, beside nodes that are at work. A change that waits for a table makes
/// all that come after it wait too, and may end in a deadlock; so it gives up before anybody notices, and tries again.
/// </summary>
public sealed partial class MigrateSchema(IOptions<DatabaseOptions> options, TimeProvider time, ILogger<MigrateSchema> logger)
{
    private const string LockNotAvailable = "55P03";
    private const string DeadlockDetected = "40P01";
    private const string DuplicateDatabase = "42P04";

    /// <summary>EF Core's own lock ends with the first of several migrations, and a second node would repeat the next.</summary>
    private const long Turn = 5_025_202_611;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var builder = new DbContextOptionsBuilder<MailDb>();
        DatabaseSetup.Configure(builder, options.Value);
        if (options.Value.Provider == DatabaseProvider.Postgres)
        {
            builder.AddInterceptors(new ShortLocks());
        }

        var until = time.GetUtcNow() + Patience;
        while (!await TryAsync(builder.Options, until, cancellationToken))
        {
            await Task.Delay(Pause, time, cancellationToken);
        }
    }

    private async Task<bool> TryAsync(
        DbContextOptions<MailDb> settings, DateTimeOffset until, CancellationToken cancellationToken)
    {
        await using var db = new MailDb(settings);
        try
        {
            // On SQLite the file is locked already.
            await using var turn = options.Value.Provider == DatabaseProvider.Postgres
                ? await TakeTurnAsync(settings, cancellationToken)
                : null;

            // A large index takes minutes, and nobody waits for it.
            db.Database.SetCommandTimeout(TimeSpan.Zero);
            await db.Database.MigrateAsync(cancellationToken);
            return true;
        }
        catch (DbException exception) when (
            exception.SqlState is LockNotAvailable or DeadlockDetected or DuplicateDatabase && time.GetUtcNow() < until)
        {
            Log.TablesInUse(logger);
            return false;
        }
    }

    /// <summary>Ends when it is disposed. Of a transaction, not of a session, so that it holds behind a pooler too.</summary>
    private static async Task<IAsyncDisposable> TakeTurnAsync(
        DbContextOptions<MailDb> settings, CancellationToken cancellationToken)
    {
        var db = new MailDb(settings);
        try
        {
            var creator = db.GetService<IRelationalDatabaseCreator>();
            if (!await creator.ExistsAsync(cancellationToken))
            {
                await creator.CreateAsync(cancellationToken);
            }

            await db.Database.BeginTransactionAsync(cancellationToken);

            // A SELECT would leave its snapshot behind, which an index that is built concurrently waits for.
            await db.Database.ExecuteSqlRawAsync($"DO $$ BEGIN PERFORM pg_advisory_xact_lock({Turn}); END $$", cancellationToken);
            return db;
        }
        catch
        {
            await db.DisposeAsync();
            throw;
        }
    }

    /// <summary>Less than the second after which the server looks for deadlocks, and might break off another's transaction.</summary>
    private sealed class ShortLocks : DbConnectionInterceptor
    {
        public override async Task ConnectionOpenedAsync(
            DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
        {
            await using var command = connection.CreateCommand();
            command.CommandText = "SET lock_timeout = '800ms'";
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Other nodes use the tables that are to be changed, or change them; trying again")]
        public static partial void TablesInUse(ILogger logger);
    }
}
