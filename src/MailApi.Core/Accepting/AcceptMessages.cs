using MailApi.Core.Data.Writing;
using MailApi.Core.Domain;
using MailApi.Core.Telemetry;

namespace MailApi.Core.Accepting;

/// <summary>
/// The messages of one request on their way into the database: keys and suppressions are looked up and everything is
/// written in one transaction, which is shared with other requests.
/// </summary>
public sealed class AcceptMessages : IGroupWrite
{
    private const int Waiting = 0;
    private const int Begun = 1;
    private const int Abandoned = 2;

    private readonly IReadOnlyList<AcceptMessage> _messages;
    private readonly IdempotencyClaim? _idempotency;
    private readonly AcceptMode _mode;
    private readonly AcceptAnswers _answers;
    private readonly AcceptContext _context;
    private readonly TaskCompletionSource<IReadOnlyList<AcceptResult>> _done =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    private int _state = Waiting;
    private Ticket? _key;
    private Ticket? _earlier;
    private DateTimeOffset _now;
    private IReadOnlyList<AcceptResult> _results = [];

    internal AcceptMessages(
        IReadOnlyList<PendingMessage> messages,
        IdempotencyClaim? idempotency,
        AcceptMode mode,
        AcceptAnswers answers,
        AcceptContext context)
    {
        _messages = [.. messages.Select(m => new AcceptMessage(m, context))];
        _idempotency = idempotency;
        _mode = mode;
        _answers = answers;
        _context = context;
    }

    /// <summary>One result per message, once they are durable.</summary>
    public Task<IReadOnlyList<AcceptResult>> Done => _done.Task;

    private Id<Project> ProjectId => _messages[0].ProjectId;

    /// <summary>True when the commit had not begun and will not: nothing is stored.</summary>
    public bool TryAbandon() => Interlocked.CompareExchange(ref _state, Abandoned, Waiting) == Waiting;

    public void Claim(IStatements statements)
    {
        if (Interlocked.CompareExchange(ref _state, Begun, Waiting) == Abandoned)
        {
            return;
        }

        _now = _context.Time.GetUtcNow();
        if (_idempotency is { } claim)
        {
            _key = statements.Add(
                Statements.ClaimKey, ProjectId.Value, claim.Key, claim.RequestHash, _now, _now - AcceptContext.KeyLifetime);
        }

        foreach (var message in _messages)
        {
            message.Claim(statements, _now);
        }

        // A try that was not confirmed may have been committed all the same; one that still holds the key is waited for.
        _earlier = _results.OfType<AcceptResult.Accepted>().FirstOrDefault() is { } accepted
            ? statements.Add(Statements.FindMessage, accepted.Message.Id.Value)
            : null;
    }

    public void Write(IStatements statements)
    {
        if (_state == Abandoned || _earlier is { Rows.Count: > 0 })
        {
            return;
        }

        foreach (var message in _messages)
        {
            message.Begin(_now);
        }

        if (_idempotency is { } claim && _key!.Affected == 0)
        {
            foreach (var message in _messages)
            {
                message.LetGo(statements);
            }

            _results = [new AcceptResult.KeyUsed(claim.Key)];
            return;
        }

        var refused = _messages.Any(m => m.Refusal is AcceptResult.AllSuppressed);
        var none = _mode == AcceptMode.Atomic && refused;
        _results = [.. _messages.Select(m => none ? m.Refuse(statements) : m.Write(statements, _now))];
        KeepAnswers(statements);
    }

    public void Committed()
    {
        foreach (var message in _messages)
        {
            message.HandOver();
        }

        foreach (var result in _results)
        {
            if (result is AcceptResult.Accepted accepted)
            {
                MailMeter.MessageAccepted(accepted.Message.Priority, accepted.Recipients.Count);
            }
        }

        _done.TrySetResult(_results);
    }

    public bool Failed(Exception exception)
    {
        foreach (var message in _messages)
        {
            message.Orphan();
        }

        _done.TrySetException(exception);
        return false;
    }

    /// <summary>A key is used up only by a request that was answered 202; any refusal leaves it free.</summary>
    private void KeepAnswers(IStatements statements)
    {
        for (var i = 0; i < _results.Count; i++)
        {
            if (_results[i] is AcceptResult.Accepted accepted)
            {
                _messages[i].KeepAnswer(statements, _answers.One(accepted));
            }
        }

        if (_idempotency is not { } claim)
        {
            return;
        }

        if (_results.Any(r => r is AcceptResult.Accepted) || _mode == AcceptMode.Partial)
        {
            statements.Add(Statements.KeepAnswer, ProjectId.Value, claim.Key, 202, _answers.Whole(_results));
        }
        else
        {
            statements.Add(Statements.FreeKey, ProjectId.Value, claim.Key);
        }
    }
}

/// <summary>How the edge words what is kept for idempotency keys.</summary>
/// <param name="Whole">The body of the whole answer.</param>
/// <param name="One">The part of it that tells of one message.</param>
public sealed record AcceptAnswers(
    Func<IReadOnlyList<AcceptResult>, byte[]> Whole, Func<AcceptResult.Accepted, byte[]> One)
{
    /// <summary>For requests without any key.</summary>
    public static AcceptAnswers None { get; } = new(_ => [], _ => []);
}

/// <summary>What a refused message means for the others of its request.</summary>
public enum AcceptMode
{
    /// <summary>All or none.</summary>
    Atomic,

    /// <summary>Each for itself.</summary>
    Partial,
}
