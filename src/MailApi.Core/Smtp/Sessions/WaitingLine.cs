namespace MailApi.Core.Smtp.Sessions;

/// <summary>What a sender is given: a session, or the reason why there is none.</summary>
internal readonly record struct Loan(SmtpSession? Session, OpenFailure? Failure);

/// <summary>Senders that wait for a session: first come, first served. Used under the pool's lock.</summary>
internal sealed class WaitingLine
{
    private readonly Queue<TaskCompletionSource<Loan>> _turns = [];

    public TaskCompletionSource<Loan> Join()
    {
        var turn = new TaskCompletionSource<Loan>(TaskCreationOptions.RunContinuationsAsynchronously);
        _turns.Enqueue(turn);
        return turn;
    }

    /// <summary>Who gives up is passed over, so that no session is lost on him.</summary>
    public static async Task<Loan> WaitAsync(TaskCompletionSource<Loan> turn, CancellationToken cancellationToken)
    {
        using var registration = cancellationToken.UnsafeRegister(
            static (turn, token) => ((TaskCompletionSource<Loan>)turn!).TrySetCanceled(token), turn);
        return await turn.Task;
    }

    /// <summary>False when nobody waits. An empty loan tells that there is room for another connection.</summary>
    public bool Serve(Loan loan)
    {
        while (_turns.TryDequeue(out var turn))
        {
            if (turn.TrySetResult(loan))
            {
                return true;
            }
        }

        return false;
    }

    public void FailAll(OpenFailure failure)
    {
        while (Serve(new Loan(null, failure)))
        {
        }
    }
}
