using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Npgsql;

namespace MailApi.IntegrationTests.Lists;

/// <summary>Asks the database how it answers each statement.</summary>
internal sealed class Plans : DbCommandInterceptor
{
    private readonly List<Plan> _all = [];

    /// <summary>Those since the last time.</summary>
    public IReadOnlyList<Plan> Take()
    {
        List<Plan> taken = [.. _all];
        _all.Clear();
        return taken;
    }

    public override async ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result,
        CancellationToken cancellationToken = default)
    {
        _all.Add(await ExplainAsync(command, cancellationToken));
        return result;
    }

    public override async ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<int> result,
        CancellationToken cancellationToken = default)
    {
        if (command.CommandText.StartsWith("DELETE", StringComparison.Ordinal))
        {
            _all.Add(await ExplainAsync(command, cancellationToken));
        }

        return result;
    }

    private static async Task<Plan> ExplainAsync(DbCommand command, CancellationToken cancellationToken)
    {
        var isSqlite = command is SqliteCommand;
        await using var explain = command.Connection!.CreateCommand();
        explain.CommandText = $"{(isSqlite ? "EXPLAIN QUERY PLAN" : "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF)")} {command.CommandText}";
        explain.Transaction = command.Transaction;
        foreach (DbParameter parameter in command.Parameters)
        {
            explain.Parameters.Add(parameter is NpgsqlParameter given
                ? given.Clone()
                : new SqliteParameter(parameter.ParameterName, parameter.Value));
        }

        List<string> lines = [];
        await using var rows = await explain.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            lines.Add(rows.GetString(isSqlite ? 3 : 0));
        }

        return new Plan(command.CommandText, lines);
    }
}

/// <summary>How a statement is answered.</summary>
internal sealed record Plan(string Sql, IReadOnlyList<string> Lines)
{
    public override string ToString() => $"{Sql}\n{string.Join('\n', Lines)}";
}
