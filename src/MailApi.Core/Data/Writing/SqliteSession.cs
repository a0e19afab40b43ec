using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace MailApi.Core.Data.Writing;

/// <summary>
/// SQLite has one writer and no asynchronous I/O: statements run where they are flushed, each prepared once.
/// </summary>
internal sealed class SqliteSession : WriteSession
{
    /// <summary>Milliseconds that another writer of the same file is waited for.</summary>
    private const int BusyTimeout = 30_000;

    private static readonly Statement Begin = new("BEGIN IMMEDIATE");
    private static readonly Statement Commit = new("COMMIT");

    private readonly SqliteConnection _connection;
    private readonly Dictionary<Statement, SqliteStatement> _prepared = new(ReferenceEqualityComparer.Instance);
    private readonly List<(Statement Statement, object?[] Values, Ticket Ticket)> _waiting = [];

    private SqliteSession(SqliteConnection connection) => _connection = connection;

    public static SqliteSession Open(string connectionString)
    {
        // Not from the pool: its prepared statements live as long as this session.
        var builder = new SqliteConnectionStringBuilder(connectionString) { Pooling = false };
        var connection = new SqliteConnection(builder.ConnectionString);
        connection.Open();
        SqlitePragmas.Apply(connection);
        _ = raw.sqlite3_busy_timeout(connection.Handle, BusyTimeout);
        return new SqliteSession(connection);
    }

    public override Ticket Add(Statement statement, params object?[] values)
    {
        var ticket = new Ticket();
        _waiting.Add((statement, values, ticket));
        return ticket;
    }

    public override Task FlushAsync(CancellationToken cancellationToken)
    {
        Flush();
        return Task.CompletedTask;
    }

    internal override Task BeginAsync(CancellationToken cancellationToken)
    {
        _waiting.Clear();
        Prepare(Begin).Run([], new Ticket());
        return Task.CompletedTask;
    }

    internal override Task CommitAsync(CancellationToken cancellationToken)
    {
        Flush();
        Prepare(Commit).Run([], new Ticket());
        return Task.CompletedTask;
    }

    public override ValueTask DisposeAsync()
    {
        foreach (var statement in _prepared.Values)
        {
            statement.Dispose();
        }

        return _connection.DisposeAsync();
    }

    private void Flush()
    {
        foreach (var (statement, values, ticket) in _waiting)
        {
            Prepare(statement).Run(values, ticket);
        }

        _waiting.Clear();
    }

    private SqliteStatement Prepare(Statement statement)
    {
        if (!_prepared.TryGetValue(statement, out var prepared))
        {
            prepared = _prepared[statement] = new SqliteStatement(_connection.Handle!, statement.SqliteSql ?? statement.Sql);
        }

        return prepared;
    }
}
