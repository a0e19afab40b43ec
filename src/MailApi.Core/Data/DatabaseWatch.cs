using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace MailApi.Core.Data;

/// <summary>
/// Asks the database four times a second whether it is there. A server that hangs, or a network that swallows, shows by
/// no answer within about a second; a statement that is merely slow is none of its business.
/// </summary>
public sealed partial class DatabaseWatch(
    IOptions<DatabaseOptions> options, TimeProvider time, ILogger<DatabaseWatch> logger) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>A node that was frozen itself wakes up with its patience at an end and the answer not yet read.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(200);

    private volatile TaskCompletionSource _lost = NewLoss();
    private volatile bool _asked;

    /// <summary>A file answers or fails; a server may do neither.</summary>
    public bool CanHang => options.Value.Provider == DatabaseProvider.Postgres;

    /// <summary>True when the last question was answered.</summary>
    public bool Answers => _asked && !IsLost;

    /// <summary>True while the database does not answer.</summary>
    public bool IsLost => Lost.IsCompleted;

    /// <summary>Ends when the database stops answering; another one begins when it answers again.</summary>
    public Task Lost => _lost.Task;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await using var connection = new Line(options.Value);
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                await AskAsync(connection, stoppingToken);
                await Task.Delay(Period, time, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
    }

    private async Task AskAsync(Line line, CancellationToken stopping)
    {
        var answer = line.AskAsync();
        if (await IsLateAsync(answer, Patience, stopping) && await IsLateAsync(answer, Grace, stopping))
        {
            Lose(null);
        }

        if (await answer is { } failure)
        {
            Lose(failure);
        }
        else
        {
            Find();
        }

        _asked = true;
    }

    private async Task<bool> IsLateAsync(Task answer, TimeSpan patience, CancellationToken stopping) =>
        await Task.WhenAny(answer, Task.Delay(patience, time, stopping)) != answer && !stopping.IsCancellationRequested;

    private void Lose(Exception? failure)
    {
        if (_lost.TrySetResult())
        {
            Log.Lost(logger, failure);
        }
    }

    private void Find()
    {
        if (IsLost)
        {
            // What stood before may be dead without knowing it, and would be found out request by request.
            NpgsqlConnection.ClearAllPools();
            _lost = NewLoss();
            Log.Found(logger);
        }
    }

    private static TaskCompletionSource NewLoss() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>A connection of its own: one of the pool could have to be waited for.</summary>
    private sealed class Line(DatabaseOptions options) : IAsyncDisposable
    {
        private DbConnection? _connection;

        /// <summary>Null when the database has answered. Ends within a few seconds in any case.</summary>
        public async Task<Exception?> AskAsync()
        {
            try
            {
                if (_connection is null)
                {
                    _connection = Connect();
                    await _connection.OpenAsync();
                }

                await using var command = _connection.CreateCommand();
                command.CommandText = "SELECT 1";
                await command.ExecuteScalarAsync();
                return null;
            }
            catch (Exception exception) when (exception is DbException or IOException or TimeoutException)
            {
                await DisposeAsync();
                return exception;
            }
        }

        public async ValueTask DisposeAsync()
        {
            if (_connection is { } connection)
            {
                _connection = null;
                await connection.DisposeAsync();
            }
        }

        private DbConnection Connect() => options.Provider == DatabaseProvider.Sqlite
            ? new SqliteConnection(options.ConnectionString)
            : new NpgsqlConnection(new NpgsqlConnectionStringBuilder(options.ConnectionString)
            {
                Pooling = false,
                Timeout = 2,
                CommandTimeout = 1,
            }.ConnectionString);
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "The database does not answer; requests are answered 503 until it does")]
        public static partial void Lost(ILogger logger, Exception? exception);

        [LoggerMessage(LogLevel.Warning, "The database answers again")]
        public static partial void Found(ILogger logger);
    }
}
