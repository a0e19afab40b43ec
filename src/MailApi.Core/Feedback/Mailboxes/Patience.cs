namespace MailApi.Core.Feedback.Mailboxes;

/// <summary>Gives a server so long to answer a command; MailKit's own limit is for reads that are not asynchronous.</summary>
internal sealed class Patience(TimeSpan limit, TimeProvider time)
{
    public async Task<T> WaitAsync<T>(Func<CancellationToken, Task<T>> command, CancellationToken cancellationToken)
    {
        using var end = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(end.Token, cancellationToken);
        try
        {
            return await command(either.Token);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"No answer within {limit}.", e);
        }
    }

    public Task WaitAsync(Func<CancellationToken, Task> command, CancellationToken cancellationToken) => WaitAsync(
        async token =>
        {
            await command(token);
            return true;
        },
        cancellationToken);
}
