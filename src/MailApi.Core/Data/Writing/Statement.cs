namespace MailApi.Core.Data.Writing;

/// <summary>
/// A statement that is prepared once per connection. Parameters are <c>$1</c>, <c>$2</c> … on both providers.
/// </summary>
/// <param name="Sql">For PostgreSQL, and for SQLite when <paramref name="SqliteSql"/> is null.</param>
/// <param name="SqliteSql">Where SQLite needs other words.</param>
public sealed record Statement(string Sql, string? SqliteSql = null)
{
    /// <summary>
    /// Set when PostgreSQL runs it once for all rows of a flush: each parameter is then an array of what was added.
    /// </summary>
    public BulkRows? Bulk { get; init; }

    /// <summary>Inserts a row.</summary>
    /// <param name="table">The table's name.</param>
    /// <param name="columns">Names with their types on PostgreSQL: <c>id uuid, name text</c>.</param>
    /// <param name="keys">See <see cref="BulkRows.Keys"/>.</param>
    public static Statement Insert(string table, string columns, params int[] keys)
    {
        var bulk = BulkRows.Of(columns, keys) with { IsRepeatable = true };
        var names = string.Join(", ", bulk.Names);
        var places = string.Join(", ", Enumerable.Range(1, bulk.Names.Count).Select(n => $"${n}"));
        return new Statement(
            $"INSERT INTO {table} ({names}) SELECT * FROM unnest({places})", $"INSERT INTO {table} ({names}) VALUES ({places})")
        {
            Bulk = bulk,
        };
    }
}

/// <summary>What PostgreSQL has to know to run a statement for many rows at once.</summary>
/// <param name="Names">Of the columns, for the statement's own use.</param>
/// <param name="Types">Of the columns: uuid, text, integer, boolean, timestamptz or bytea.</param>
/// <param name="Keys">
/// Which values name what a row touches. Rows that touch the same run in the order in which they were added, whatever
/// their statements; others may change places. A statement without any is one that no other of its flush changes.
/// </param>
public sealed record BulkRows(IReadOnlyList<string> Names, IReadOnlyList<string> Types, IReadOnlyList<int> Keys)
{
    /// <summary>Two rows may touch the same: they do not change each other.</summary>
    public bool IsRepeatable { get; init; }

    /// <summary>
    /// The statement returns the number of each row it applied to, counted from 1, and a value if it has one. Only then
    /// are the tickets told.
    /// </summary>
    public bool Answers { get; init; }

    /// <param name="columns">Names with their types: <c>id uuid, name text</c>.</param>
    /// <param name="keys">See <see cref="Keys"/>.</param>
    public static BulkRows Of(string columns, params int[] keys)
    {
        var split = columns.Split(',', StringSplitOptions.TrimEntries).Select(c => c.Split(' ')).ToList();
        return new BulkRows(split.ConvertAll(c => c[0]), split.ConvertAll(c => c[1]), keys);
    }
}

/// <summary>What became of a statement, once its session has been flushed.</summary>
public sealed class Ticket
{
    /// <summary>Rows changed; of a statement in bulk only when it <see cref="BulkRows.Answers"/>.</summary>
    public int Affected { get; internal set; }

    /// <summary>The first column of the rows that came back, as texts or as <see cref="Guid"/>s.</summary>
    public List<object> Rows => field ??= [];
}

/// <summary>Takes statements of one transaction; they run at the next flush, in order as far as it can be told.</summary>
public interface IStatements
{
    /// <summary>
    /// Adds a statement. Values may be null, <see cref="string"/>, <see cref="int"/>, <see cref="long"/>, <see cref="bool"/>,
    /// <see cref="Guid"/>, <see cref="DateTimeOffset"/>, byte arrays and arrays of strings or Guids.
    /// </summary>
    Ticket Add(Statement statement, params object?[] values);
}
