namespace MailApi.Core.Feedback.Mailboxes;

/// <summary>A mail that waits in the mailbox.</summary>
/// <param name="Key">The server's name for it.</param>
/// <param name="Size">In octets, as the server counts.</param>
internal sealed record ArrivedMail(string Key, long Size);

/// <summary>
/// One signed-in session with the mailbox. Throws what <see cref="MailboxFault"/> knows when the server or the network
/// fails; the session is of no use then.
/// </summary>
internal interface IMailboxSession : IAsyncDisposable
{
    /// <summary>Some of the mail that has not been filed yet, the oldest first; empty when there is none.</summary>
    Task<IReadOnlyList<ArrivedMail>> FindAsync(CancellationToken cancellationToken);

    /// <summary>The mail, or as much of its front as a report needs; null when it is too large or no longer there.</summary>
    Task<byte[]?> ReadAsync(ArrivedMail mail, CancellationToken cancellationToken);

    /// <summary>Puts a mail where it is not found again. Called when what it told has been committed.</summary>
    Task FileAsync(ArrivedMail mail, bool understood, CancellationToken cancellationToken);

    /// <summary>Waits until it is worth looking again; false when that needs another session.</summary>
    Task<bool> WaitAsync(CancellationToken cancellationToken);
}
