using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace MailApi.Core.Data.Writing;

/// <summary>
/// SQLite has one writer and no asynchronous I/O: statements run where they are flushed, each prepared once.
/// </summary>
internal sealed class SqliteSession : WriteSession
{
    private readonly SqliteConnection _connection;
    private readonly Dictionary<Statement, SqliteCommand> _prepared = [];
    private readonly List<(Statement Statement, object?[] Values, Ticket Ticket)> _waiting = [];

    private SqliteSession(SqliteConnection connection) => _connection = connection;

    public static SqliteSession Open(string connectionString)
    {
        // Not from the pool: its prepared statements live as long as this session.
        var builder = new SqliteConnectionStringBuilder(connectionString) { Pooling = false };
        var connection = new SqliteConnection(builder.ConnectionString);
        connection.Open();
        SqlitePragmas.Apply(connection);
        return new SqliteSession(connection);
    }

    public override Ticket Add(Statement statement, params object?[] values)
    {
        var ticket = new Ticket();
        _waiting.Add((statement, values, ticket));
        return ticket;
    }

    public override async Task FlushAsync(CancellationToken cancellationToken)
    {
        foreach (var (statement, values, ticket) in _waiting)
        {
            var command = Prepare(statement, values.Length);
            for (var i = 0; i < values.Length; i++)
            {
                command.Parameters[i].Value = Convert(values[i]);
            }

            using var reader = command.ExecuteReader();
            await ReadRowsAsync(reader, ticket, cancellationToken);
            ticket.Affected = Math.Max(0, reader.RecordsAffected);
        }

        _waiting.Clear();
    }

    internal override Task BeginAsync(CancellationToken cancellationToken)
    {
        _waiting.Clear();
        Execute(Begin);
        return Task.CompletedTask;
    }

    internal override Task CommitAsync()
    {
        Execute(Commit);
        return Task.CompletedTask;
    }

    public override async ValueTask DisposeAsync()
    {
        foreach (var command in _prepared.Values)
        {
            await command.DisposeAsync();
        }

        await _connection.DisposeAsync();
    }

    private static readonly Statement Begin = new("BEGIN IMMEDIATE");
    private static readonly Statement Commit = new("COMMIT");

    private void Execute(Statement statement) => Prepare(statement, 0).ExecuteNonQuery();

    private SqliteCommand Prepare(Statement statement, int parameters)
    {
        if (_prepared.TryGetValue(statement, out var command))
        {
            return command;
        }

        command = _connection.CreateCommand();
        command.CommandText = statement.SqliteSql ?? statement.Sql;
        for (var i = 1; i <= parameters; i++)
        {
            command.Parameters.Add(new SqliteParameter($"${i}", null));
        }

        command.Prepare();
        _prepared.Add(statement, command);
        return command;
    }

    private static object Convert(object? value) => value switch
    {
        null => DBNull.Value,
        Guid id => id.ToByteArray(bigEndian: true),
        DateTimeOffset time => time.ToUnixTimeMilliseconds(),
        string[] texts => JsonSerializer.Serialize(texts),

        // json_each() gives texts: statements over a list of ids compare hex(id).
        Guid[] ids => JsonSerializer.Serialize(ids.Select(i => System.Convert.ToHexString(i.ToByteArray(bigEndian: true)))),
        _ => value,
    };
}
