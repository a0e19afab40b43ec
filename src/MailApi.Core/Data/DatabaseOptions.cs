using System.Data.Common;

namespace MailApi.Core.Data;

/// <summary>Which database keeps the mail.</summary>
public enum DatabaseProvider
{
    Sqlite,
    Postgres,
}

/// <summary>Section <c>Database</c>, with <c>ConnectionStrings:MailApi</c> beside it.</summary>
public sealed class DatabaseOptions
{
    /// <summary><c>sqlite</c> (default) or <c>postgres</c>.</summary>
    public DatabaseProvider Provider { get; set; } = DatabaseProvider.Sqlite;

    /// <summary>Bring the schema up to date at start, under a lock; default true.</summary>
    public bool MigrateOnStart { get; set; } = true;

    /// <summary>From <c>ConnectionStrings:MailApi</c>; default <c>Data Source=data/mailapi.db</c>.</summary>
    public string ConnectionString { get; set; } = "Data Source=data/mailapi.db";

    /// <summary>
    /// Npgsql waits 15 s for a connection, and twice that before it lets go of a statement that hangs. A third is plenty,
    /// unless the connection string says otherwise.
    /// </summary>
    public void BoundConnecting()
    {
        const string Timeout = "Timeout";
        var given = new DbConnectionStringBuilder { ConnectionString = ConnectionString };
        if (Provider == DatabaseProvider.Postgres && !given.ContainsKey(Timeout))
        {
            given[Timeout] = 5;
            ConnectionString = given.ConnectionString;
        }
    }
}
