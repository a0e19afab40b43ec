using Npgsql;

namespace MailApi.Core.Data.Writing;

/// <summary>
/// Statements travel to PostgreSQL in one batch per flush: one round trip for hundreds of rows, most of them in bulk.
/// </summary>
internal sealed class PostgresSession : WriteSession
{
    /// <summary>Seconds. A transaction takes milliseconds: what takes longer hangs, and all that is written waits for it.</summary>
    private const int CommandTimeout = 10;

    // Everything written here is found by its key. A plan made while a table was empty would read the whole of it, and
    // would be kept when it has grown. What has no other plan then looks so dear that PostgreSQL would compile it each time.
    private const string ByKeyAlone =
        "SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; SET jit = off";

    private readonly NpgsqlConnection _connection;
    private readonly StatementGroups _groups = new();
    private NpgsqlTransaction? _transaction;

    private PostgresSession(NpgsqlConnection connection) => _connection = connection;

    public static async Task<PostgresSession> OpenAsync(string connectionString, CancellationToken cancellationToken)
    {
        // Every statement is used for ever: let Npgsql prepare each after its second use on this connection.
        var builder = new NpgsqlConnectionStringBuilder(connectionString)
        {
            MaxAutoPrepare = 200,
            AutoPrepareMinUsages = 2,
            Pooling = false,
            CommandTimeout = CommandTimeout,
        };
        var connection = new NpgsqlConnection(builder.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        await using var settings = new NpgsqlCommand(ByKeyAlone, connection);
        await settings.ExecuteNonQueryAsync(cancellationToken);
        return new PostgresSession(connection);
    }

    public override Ticket Add(Statement statement, params object?[] values) => _groups.Add(statement, values);

    public override Task FlushAsync(CancellationToken cancellationToken) =>
        _groups.All.Count == 0 ? Task.CompletedTask : RunAsync(commit: false, cancellationToken);

    internal override async Task BeginAsync(CancellationToken cancellationToken)
    {
        _groups.Clear();

        // Travels with the first batch.
        _transaction = await _connection.BeginTransactionAsync(cancellationToken);
    }

    internal override async Task CommitAsync(CancellationToken cancellationToken)
    {
        // Travels with the last batch, and is not run when that fails.
        await RunAsync(commit: true, cancellationToken);
        await _transaction!.DisposeAsync();
    }

    public override ValueTask DisposeAsync() => _connection.DisposeAsync();

    private async Task RunAsync(bool commit, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(_connection, _transaction);
        foreach (var group in _groups.All)
        {
            batch.BatchCommands.Add(Command(group));
        }

        if (commit)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand("COMMIT"));
        }

        await using (var reader = await batch.ExecuteReaderAsync(cancellationToken))
        {
            // Only statements that return rows show up as a result.
            foreach (var group in _groups.All.Where(Returns))
            {
                await ReadAsync(group, reader, cancellationToken);
                await reader.NextResultAsync(cancellationToken);
            }
        }

        foreach (var group in _groups.All.Where(g => g.Statement.Bulk is null))
        {
            group.Tickets[0].Affected = (int)batch.BatchCommands[group.Index].Rows;
        }

        _groups.Clear();
    }

    private static NpgsqlBatchCommand Command(StatementGroup group)
    {
        var command = new NpgsqlBatchCommand(group.Statement.Sql);
        if (group.Statement.Bulk is { } bulk)
        {
            for (var i = 0; i < bulk.Types.Count; i++)
            {
                command.Parameters.Add(PostgresParameters.Column(bulk.Types[i], group.Rows, i));
            }
        }
        else
        {
            foreach (var value in group.Rows[0])
            {
                command.Parameters.Add(PostgresParameters.Value(value));
            }
        }

        return command;
    }

    private static async Task ReadAsync(StatementGroup group, NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        var inBulk = group.Statement.Bulk is not null;
        while (await reader.ReadAsync(cancellationToken))
        {
            var ticket = inBulk ? group.Tickets[(int)reader.GetInt64(0) - 1] : group.Tickets[0];
            ticket.Affected++;
            if (!inBulk || reader.FieldCount > 1)
            {
                ticket.Rows.Add(reader.GetValue(inBulk ? 1 : 0));
            }
        }
    }

    private static bool Returns(StatementGroup group)
    {
        var sql = group.Statement.Sql;
        return group.Statement.Bulk?.Answers
            ?? (sql.StartsWith("SELECT", StringComparison.Ordinal) || sql.StartsWith("WITH", StringComparison.Ordinal)
                || sql.Contains("RETURNING", StringComparison.Ordinal));
    }
}
