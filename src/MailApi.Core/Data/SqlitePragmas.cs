using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace MailApi.Core.Data;

/// <summary>
/// Sets what SQLite forgets between connections: <c>synchronous=FULL</c>, so that a commit is on the disk when it
/// returns, and how long to wait for the one writer.
/// </summary>
internal sealed class SqlitePragmas : DbConnectionInterceptor
{
    public const string Sql = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=15000;";

    public static readonly SqlitePragmas Instance = new();

    public static void Apply(DbConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = Sql;
        command.ExecuteNonQuery();
    }

    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData) => Apply(connection);

    public override Task ConnectionOpenedAsync(
        DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        // Microsoft.Data.Sqlite has no asynchronous I/O; its async methods run synchronously.
        Apply(connection);
        return Task.CompletedTask;
    }
}
