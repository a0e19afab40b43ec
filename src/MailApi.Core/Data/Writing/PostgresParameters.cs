using Npgsql;
using NpgsqlTypes;

namespace MailApi.Core.Data.Writing;

/// <summary>Values of statements as parameters for PostgreSQL.</summary>
internal static class PostgresParameters
{
    public static NpgsqlParameter Value(object? value) => value switch
    {
        null => new NpgsqlParameter { Value = DBNull.Value },
        DateTimeOffset time => new NpgsqlParameter<DateTimeOffset>
        {
            TypedValue = time.ToUniversalTime(),
            NpgsqlDbType = NpgsqlDbType.TimestampTz,
        },
        _ => new NpgsqlParameter { Value = value },
    };

    /// <summary>One value of each row.</summary>
    /// <param name="type">See <see cref="BulkRows.Types"/>.</param>
    /// <param name="rows">The values of the rows.</param>
    /// <param name="column">Which of them.</param>
    public static NpgsqlParameter Column(string type, List<object?[]> rows, int column) => type switch
    {
        "uuid" => Array(NpgsqlDbType.Uuid, rows, column, value => (Guid?)value),
        "text" => Array(NpgsqlDbType.Text, rows, column, value => (string?)value),
        "integer" => Array(NpgsqlDbType.Integer, rows, column, value => (int?)value),
        "boolean" => Array(NpgsqlDbType.Boolean, rows, column, value => (bool?)value),
        "timestamptz" => Array(
            NpgsqlDbType.TimestampTz, rows, column, value => ((DateTimeOffset?)value)?.ToUniversalTime()),
        "bytea" => Array(NpgsqlDbType.Bytea, rows, column, value => (byte[]?)value),
        _ => throw new ArgumentException($"A statement takes no column of type {type}."),
    };

    private static NpgsqlParameter<T[]> Array<T>(
        NpgsqlDbType type, List<object?[]> rows, int column, Func<object?, T> read)
    {
        var values = new T[rows.Count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = read(rows[i][column]);
        }

        return new NpgsqlParameter<T[]> { TypedValue = values, NpgsqlDbType = NpgsqlDbType.Array | type };
    }
}
