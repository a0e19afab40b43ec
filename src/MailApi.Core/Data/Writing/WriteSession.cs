using System.Data.Common;

namespace MailApi.Core.Data.Writing;

/// <summary>One open connection for writing, with its prepared statements.</summary>
public abstract class WriteSession : IStatements, IAsyncDisposable
{
    public abstract Ticket Add(Statement statement, params object?[] values);

    /// <summary>Runs what has been added since the last flush.</summary>
    public abstract Task FlushAsync(CancellationToken cancellationToken);

    internal abstract Task BeginAsync(CancellationToken cancellationToken);

    internal abstract Task CommitAsync();

    public abstract ValueTask DisposeAsync();

    /// <summary>Reads the first column of every row; SQLite keeps ids as bytes.</summary>
    private protected static async Task ReadRowsAsync(DbDataReader reader, Ticket ticket, CancellationToken cancellationToken)
    {
        while (await reader.ReadAsync(cancellationToken))
        {
            var value = reader.GetValue(0);
            ticket.Rows.Add(value is byte[] bytes ? new Guid(bytes, bigEndian: true) : value);
        }
    }
}
