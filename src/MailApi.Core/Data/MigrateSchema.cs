using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MailApi.Core.Data;

/// <summary>
/// Brings the schema up to date under EF Core's lock, beside nodes that are at work. A change that waits for a table makes
/// all that come after it wait too, and may end in a deadlock; so it gives up before anybody notices, and tries again.
/// </summary>
public sealed partial class MigrateSchema(IOptions<DatabaseOptions> options, TimeProvider time, ILogger<MigrateSchema> logger)
{
    private const string LockNotAvailable = "55P03";
    private const string DeadlockDetected = "40P01";
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
            await db.Database.MigrateAsync(cancellationToken);
            return true;
        }
        catch (DbException exception) when (
            exception.SqlState is LockNotAvailable or DeadlockDetected && time.GetUtcNow() < until)
        {
            Log.TablesInUse(logger);
            return false;
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
