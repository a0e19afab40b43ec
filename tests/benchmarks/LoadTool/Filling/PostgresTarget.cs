using System.Globalization;
using Npgsql;

namespace MailApi.Benchmarks.LoadTool.Filling;

/// <summary>Fills PostgreSQL: without waiting for the disk, which the service does again afterwards.</summary>
internal sealed class PostgresTarget : IFillTarget
{
    private readonly NpgsqlConnection _connection;

    private PostgresTarget(NpgsqlConnection connection) => _connection = connection;

    public static async Task<PostgresTarget> OpenAsync(string connectionString, CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnection($"{connectionString};Command Timeout=0");
        await connection.OpenAsync(cancellationToken);
        var target = new PostgresTarget(connection);
        await target.RunAsync(
            """
            SET synchronous_commit = off;
            SET work_mem = '256MB';
            SET temp_buffers = '256MB';
            -- A UUID of version 4 with the time in front, and the two bits that make its version a 7.
            CREATE FUNCTION pg_temp.v7(at timestamptz) RETURNS uuid LANGUAGE sql VOLATILE AS $$
                SELECT encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid())
                    PLACING substring(int8send((extract(epoch FROM at) * 1000)::bigint) FROM 3) FROM 1 FOR 6), 52, 1), 53, 1),
                    'hex')::uuid $$
            """,
            cancellationToken);
        return target;
    }

    public async Task<IReadOnlyList<PastMessage>> WriteAsync(
        FillBatch batch, int every, CancellationToken cancellationToken)
    {
        await using var transaction = await _connection.BeginTransactionAsync(cancellationToken);
        await StageAsync(batch, cancellationToken);
        foreach (var insert in HistorySql.Inserts(
            "(SELECT id FROM projects)", $@"'\x{HistorySql.CompressedContent()}'::bytea", Time(batch.KeysSince),
            text => $"convert_to({text}, 'UTF8')", ("", ""), "floor(extract(epoch FROM at) / 3600)::int"))
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
        await RunAsync("VACUUM (ANALYZE)", cancellationToken);
        await RunAsync("CHECKPOINT", cancellationToken);
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private Task StageAsync(FillBatch batch, CancellationToken cancellationToken) => RunAsync(
        $"""
        CREATE TEMP TABLE batch AS
        WITH times AS (
            SELECT n::bigint AS n, {Time(batch.Now - batch.Age)} + n * {Interval(batch.Age / batch.Total)} AS at
            FROM generate_series({batch.From}, {batch.To}) n)
        SELECT n, at, at + interval '12 milliseconds' AS ended_at,
            {Time(batch.Now)} + CASE WHEN n % 2 = 0 THEN interval '1 day' + random() * interval '20 days'
                ELSE interval '1 hour' + random() * interval '7 hours' END AS due_at,
            {Time(batch.Now)} + interval '25 days' AS expires_at,
            pg_temp.v7(at) AS id, pg_temp.v7(at) AS accepted_id, pg_temp.v7(at + interval '12 milliseconds') AS ended_id,
            pg_temp.v7(at) AS attempt_id, sha256(int8send(n)) AS hash,
            {HistorySql.Columns(batch.Past)}
        FROM times
        """,
        cancellationToken);

    private async Task<IReadOnlyList<PastMessage>> ReadSamplesAsync(int every, CancellationToken cancellationToken)
    {
        List<PastMessage> samples = [];
        await using var command = new NpgsqlCommand(
            $"SELECT id, email, at FROM batch WHERE n % {every} = 0 AND outcome = 'delivered'", _connection);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            samples.Add(new PastMessage(rows.GetGuid(0), rows.GetString(1), rows.GetFieldValue<DateTimeOffset>(2)));
        }

        return samples;
    }

    private async Task RunAsync(string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, _connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static string Time(DateTimeOffset time) =>
        $"'{time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture)}Z'::timestamptz";

    private static string Interval(TimeSpan time) =>
        string.Create(CultureInfo.InvariantCulture, $"interval '{time.TotalMicroseconds:F0} microseconds'");
}
