namespace MailApi.Core.Data.Writing;

/// <summary>One open connection for writing, with its prepared statements.</summary>
public abstract class WriteSession : IStatements, IAsyncDisposable
{
    public abstract Ticket Add(Statement statement, params object?[] values);

    /// <summary>Runs what has been added since the last flush.</summary>
    public abstract Task FlushAsync(CancellationToken cancellationToken);

    internal abstract Task BeginAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Runs what has been added since the last flush, and commits. Called off, or when the connection breaks, it may have
    /// happened all the same.
    /// </summary>
    internal abstract Task CommitAsync(CancellationToken cancellationToken);

    public abstract ValueTask DisposeAsync();
}
