using System.Globalization;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace MailApi.Core.Data.Writing;

/// <summary>
/// A statement prepared on one connection, run without the ADO.NET layer: what that does per execution costs more than
/// SQLite itself does for one row.
/// </summary>
internal sealed class SqliteStatement : IDisposable
{
    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _prepared;
    private readonly bool _changesNothing;
    private readonly List<int> _places = [];

    public SqliteStatement(sqlite3 database, string sql)
    {
        _database = database;
        Check(raw.sqlite3_prepare_v2(database, sql, out _prepared));
        _changesNothing = raw.sqlite3_stmt_readonly(_prepared) != 0;
    }

    /// <summary>Runs it to its end; into the ticket go the rows it changed and the first column of those it returned.</summary>
    /// <exception cref="SqliteException">As from ADO.NET.</exception>
    public void Run(ReadOnlySpan<object?> values, Ticket ticket)
    {
        for (var i = 0; i < values.Length; i++)
        {
            Bind(PlaceOf(i), values[i]);
        }

        try
        {
            int result;
            while ((result = raw.sqlite3_step(_prepared)) == raw.SQLITE_ROW)
            {
                ticket.Rows.Add(FirstColumn());
            }

            Check(result);
            ticket.Affected = _changesNothing ? 0 : raw.sqlite3_changes(_database);
        }
        finally
        {
            // Its result is that of the step, which has been looked at.
            _ = raw.sqlite3_reset(_prepared);
        }
    }

    public void Dispose() => _prepared.Dispose();

    /// <summary>Where <c>$1</c>, <c>$2</c> … stand; 0 when the statement does not use it.</summary>
    private int PlaceOf(int index)
    {
        while (_places.Count <= index)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"${_places.Count + 1}");
            _places.Add(raw.sqlite3_bind_parameter_index(_prepared, name));
        }

        return _places[index];
    }

    private void Bind(int place, object? value)
    {
        if (place > 0)
        {
            Check(value switch
            {
                null => raw.sqlite3_bind_null(_prepared, place),
                string text => raw.sqlite3_bind_text(_prepared, place, text),
                int number => raw.sqlite3_bind_int(_prepared, place, number),
                long number => raw.sqlite3_bind_int64(_prepared, place, number),
                bool flag => raw.sqlite3_bind_int(_prepared, place, flag ? 1 : 0),
                Guid id => BindBytes(place, id),
                DateTimeOffset time => raw.sqlite3_bind_int64(_prepared, place, time.ToUnixTimeMilliseconds()),
                byte[] { Length: 0 } => raw.sqlite3_bind_zeroblob(_prepared, place, 0),
                byte[] bytes => raw.sqlite3_bind_blob(_prepared, place, bytes),
                string[] texts => raw.sqlite3_bind_text(_prepared, place, JsonSerializer.Serialize(texts)),

                // json_each() gives texts: statements over a list of ids compare hex(id).
                Guid[] ids => raw.sqlite3_bind_text(
                    _prepared, place, JsonSerializer.Serialize(ids.Select(i => Convert.ToHexString(i.ToByteArray(bigEndian: true))))),
                _ => throw new ArgumentException($"A statement takes no value of type {value.GetType()}."),
            });
        }
    }

    private int BindBytes(int place, Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        return raw.sqlite3_bind_blob(_prepared, place, bytes);
    }

    /// <summary>Ids are kept as bytes.</summary>
    private object FirstColumn() => raw.sqlite3_column_type(_prepared, 0) switch
    {
        raw.SQLITE_BLOB => new Guid(raw.sqlite3_column_blob(_prepared, 0), bigEndian: true),
        raw.SQLITE_INTEGER => raw.sqlite3_column_int64(_prepared, 0),
        raw.SQLITE_NULL => DBNull.Value,
        _ => raw.sqlite3_column_text(_prepared, 0).utf8_to_string(),
    };

    private void Check(int result)
    {
        if (result is not raw.SQLITE_OK and not raw.SQLITE_DONE)
        {
            SqliteException.ThrowExceptionForRC(result, _database);
        }
    }
}
