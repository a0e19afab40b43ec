using Npgsql;
using NpgsqlTypes;

namespace MailApi.Core.Data.Writing;

/// <summary>Statements travel to PostgreSQL in one batch per flush: one round trip for hundreds of rows.</summary>
internal sealed class PostgresSession : WriteSession
{
    /// <summary>Seconds. A transaction takes milliseconds: what takes longer hangs, and all that is written waits for it.</summary>
    private const int CommandTimeout = 10;

    private readonly NpgsqlConnection _connection;
    private readonly List<Ticket> _tickets = [];
    private NpgsqlTransaction? _transaction;
    private NpgsqlBatch _batch;

    private PostgresSession(NpgsqlConnection connection)
    {
        _connection = connection;
        _batch = connection.CreateBatch();
    }

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
        return new PostgresSession(connection);
    }

    public override Ticket Add(Statement statement, params object?[] values)
    {
        var command = new NpgsqlBatchCommand(statement.Sql);
        foreach (var value in values)
        {
            command.Parameters.Add(Parameter(value));
        }

        _batch.BatchCommands.Add(command);
        var ticket = new Ticket();
        _tickets.Add(ticket);
        return ticket;
    }

    public override async Task FlushAsync(CancellationToken cancellationToken)
    {
        if (_tickets.Count == 0)
        {
            return;
        }

        _batch.Transaction = _transaction;
        await using (var reader = await _batch.ExecuteReaderAsync(cancellationToken))
        {
            var next = 0;
            do
            {
                // Only statements that return rows show up as a result.
                while (next < _tickets.Count && !Returns(_batch.BatchCommands[next]))
                {
                    next++;
                }

                if (next < _tickets.Count)
                {
                    var ticket = _tickets[next++];
                    while (await reader.ReadAsync(cancellationToken))
                    {
                        ticket.Rows.Add(reader.GetValue(0));
                    }
                }
            }
            while (await reader.NextResultAsync(cancellationToken));
        }

        for (var i = 0; i < _tickets.Count; i++)
        {
            _tickets[i].Affected = (int)_batch.BatchCommands[i].Rows;
        }

        await ResetAsync();
    }

    internal override async Task BeginAsync(CancellationToken cancellationToken)
    {
        await ResetAsync();
        _transaction = await _connection.BeginTransactionAsync(cancellationToken);
    }

    internal override async Task CommitAsync()
    {
        await _transaction!.CommitAsync();
        await _transaction.DisposeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await _batch.DisposeAsync();
        await _connection.DisposeAsync();
    }

    private async Task ResetAsync()
    {
        _tickets.Clear();
        await _batch.DisposeAsync();
        _batch = _connection.CreateBatch();
    }

    private static bool Returns(NpgsqlBatchCommand command) =>
        command.CommandText.StartsWith("SELECT", StringComparison.Ordinal)
        || command.CommandText.StartsWith("WITH", StringComparison.Ordinal)
        || command.CommandText.Contains("RETURNING", StringComparison.Ordinal);

    private static NpgsqlParameter Parameter(object? value) => value switch
    {
        null => new NpgsqlParameter { Value = DBNull.Value },
        DateTimeOffset time => new NpgsqlParameter<DateTimeOffset>
        {
            TypedValue = time.ToUniversalTime(),
            NpgsqlDbType = NpgsqlDbType.TimestampTz,
        },
        _ => new NpgsqlParameter { Value = value },
    };
}
