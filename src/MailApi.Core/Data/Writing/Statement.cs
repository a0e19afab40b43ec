namespace MailApi.Core.Data.Writing;

/// <summary>
/// A statement that is prepared once per connection. Parameters are <c>$1</c>, <c>$2</c> … on both providers.
/// </summary>
/// <param name="Sql">For PostgreSQL, and for SQLite when <paramref name="SqliteSql"/> is null.</param>
/// <param name="SqliteSql">Where SQLite needs other words.</param>
public sealed record Statement(string Sql, string? SqliteSql = null);

/// <summary>What became of a statement, once its session has been flushed.</summary>
public sealed class Ticket
{
    /// <summary>Rows changed.</summary>
    public int Affected { get; internal set; }

    /// <summary>The first column of the rows that came back, as texts or as <see cref="Guid"/>s.</summary>
    public List<object> Rows => field ??= [];
}

/// <summary>Takes statements of one transaction; they run at the next flush, in order.</summary>
public interface IStatements
{
    /// <summary>
    /// Adds a statement. Values may be null, <see cref="string"/>, <see cref="int"/>, <see cref="long"/>, <see cref="bool"/>,
    /// <see cref="Guid"/>, <see cref="DateTimeOffset"/>, byte arrays and arrays of strings or Guids.
    /// </summary>
    Ticket Add(Statement statement, params object?[] values);
}
