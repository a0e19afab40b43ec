using Microsoft.Data.Sqlite;

namespace MailApi.Benchmarks.LoadTool.Filling;

/// <summary>Fills SQLite: without waiting for the disk, which the service does again afterwards.</summary>
internal sealed class SqliteTarget : IFillTarget
{
    private readonly SqliteConnection _connection;
    private readonly string _project;

    private SqliteTarget(SqliteConnection connection, string project) => (_connection, _project) = (connection, project);

    public static async Task<SqliteTarget> OpenAsync(string connectionString, CancellationToken cancellationToken)
    {
        var connection = new SqliteConnection(connectionString);
        await connection.OpenAsync(cancellationToken);
        connection.CreateFunction("v7", (long at) =>
            Guid.CreateVersion7(DateTimeOffset.FromUnixTimeMilliseconds(at)).ToByteArray(bigEndian: true));
        var target = new SqliteTarget(connection, "(SELECT id FROM projects)");
        await target.RunAsync(
            "PRAGMA synchronous = OFF; PRAGMA cache_size = -1000000; PRAGMA temp_store = MEMORY", cancellationToken);
        return target;
    }

    public async Task<IReadOnlyList<PastMessage>> WriteAsync(
        FillBatch batch, int every, CancellationToken cancellationToken)
    {
        await using var transaction = (SqliteTransaction)await _connection.BeginTransactionAsync(cancellationToken);
        await StageAsync(batch, cancellationToken);
        foreach (var insert in HistorySql.Inserts(
            _project, $"X'{HistorySql.CompressedContent()}'", HistorySql.Text(batch.KeysSince.ToUnixTimeMilliseconds()),
            text => $"CAST({text} AS BLOB)", (", transaction_id", ", 0"), "at / 3600000"))
        {
            await RunAsync(insert, cancellationToken);
        }

        var samples = await ReadSamplesAsync(every, cancellationToken);
        await RunAsync("DROP TABLE batch", cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return samples;
    }

    public async Task FinishAsync(CancellationToken cancellationToken)
    {
        await RunAsync(
            """
            INSERT INTO stat_positions (project_id, transaction_id, event_id)
            SELECT project_id, transaction_id, id FROM events ORDER BY project_id DESC, transaction_id DESC, id DESC LIMIT 1
            ON CONFLICT (project_id) DO UPDATE SET transaction_id = excluded.transaction_id, event_id = excluded.event_id
            """,
            cancellationToken);
        await RunAsync("PRAGMA wal_checkpoint(TRUNCATE)", cancellationToken);
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private Task StageAsync(FillBatch batch, CancellationToken cancellationToken)
    {
        var (now, age) = (batch.Now.ToUnixTimeMilliseconds(), (long)batch.Age.TotalMilliseconds);
        const long hour = 3_600_000;
        return RunAsync(
            $"""
            CREATE TEMP TABLE batch AS
            WITH RECURSIVE numbers(n) AS (
                SELECT {batch.From} UNION ALL SELECT n + 1 FROM numbers WHERE n < {batch.To}),
            times AS (SELECT n, {now - age} + n * {age} / {batch.Total} AS at FROM numbers)
            SELECT n, at, at + 12 AS ended_at,
                CASE WHEN n % 2 = 0 THEN {now + (24 * hour)} + abs(random()) % {20 * 24 * hour}
                    ELSE {now + hour} + abs(random()) % {7 * hour} END AS due_at,
                {now + (25 * 24 * hour)} AS expires_at,
                v7(at) AS id, v7(at) AS accepted_id, v7(at + 12) AS ended_id, v7(at) AS attempt_id, randomblob(32) AS hash,
                {HistorySql.Columns(batch.Past)}
            FROM times
            """,
            cancellationToken);
    }

    private async Task<IReadOnlyList<PastMessage>> ReadSamplesAsync(int every, CancellationToken cancellationToken)
    {
        List<PastMessage> samples = [];
        await using var command = _connection.CreateCommand();
        command.CommandText = $"SELECT id, email, at FROM batch WHERE n % {every} = 0 AND outcome = 'delivered'";
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            samples.Add(new PastMessage(
                new Guid(rows.GetFieldValue<byte[]>(0), bigEndian: true), rows.GetString(1),
                DateTimeOffset.FromUnixTimeMilliseconds(rows.GetInt64(2))));
        }

        return samples;
    }

    private async Task RunAsync(string sql, CancellationToken cancellationToken)
    {
        await using var command = _connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
