using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace MailApi.Core.Data;

/// <summary>Tells a change that somebody else was faster with from one that failed.</summary>
public static class WriteConflict
{
    private const int SqliteConstraint = 19;

    /// <summary>True when the rows are not as they were read: one has changed, is taken, or is gone.</summary>
    public static bool Is(DbUpdateException exception) =>
        exception is DbUpdateConcurrencyException
            || (exception.InnerException is DbException inner && IsConstraint(inner));

    /// <summary>True when a constraint refused the statement.</summary>
    internal static bool IsConstraint(DbException exception) =>
        exception is SqliteException { SqliteErrorCode: SqliteConstraint } or { SqlState: ['2', '3', ..] };
}
