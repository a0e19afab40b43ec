using System.Data.Common;
using MailApi.Core.Data.Events;
using MailApi.Core.Telemetry;
using Microsoft.Extensions.Options;

namespace MailApi.Core.Data.Writing;

/// <summary>
/// The node's one connection for hot writes. Transactions run one after the other; network I/O other than the
/// database's never happens inside.
/// </summary>
public sealed class Writer(IOptions<DatabaseOptions> options, EventLog events) : IAsyncDisposable
{
    private readonly SemaphoreSlim _turn = new(1);
    private WriteSession? _session;

    /// <summary>
    /// Runs <paramref name="work"/> in a transaction and commits it. Any failure rolls back, drops the
    /// connection and is thrown; the next transaction opens a new one.
    /// </summary>
    public async Task TransactAsync(Func<WriteSession, Task> work, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            _session ??= await OpenAsync(cancellationToken);
            await _session.BeginAsync(cancellationToken);
            events.Begin();
            await work(_session);
            await _session.CommitAsync(cancellationToken);
            events.Announce();
        }
        catch (Exception exception)
        {
            if (exception is DbException or IOException or TimeoutException)
            {
                MailMeter.DatabaseFailed("writer");
            }

            await DropAsync();
            throw;
        }
        finally
        {
            _turn.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await DropAsync();
        _turn.Dispose();
    }

    private async Task<WriteSession> OpenAsync(CancellationToken cancellationToken) =>
        options.Value.Provider == DatabaseProvider.Sqlite
            ? SqliteSession.Open(options.Value.ConnectionString)
            : await PostgresSession.OpenAsync(options.Value.ConnectionString, cancellationToken);

    /// <summary>Closing the connection rolls back what was open on it.</summary>
    private async Task DropAsync()
    {
        if (_session is { } session)
        {
            _session = null;
            await session.DisposeAsync();
        }
    }
}
