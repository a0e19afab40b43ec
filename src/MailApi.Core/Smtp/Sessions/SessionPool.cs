namespace MailApi.Core.Smtp.Sessions;

/// <summary>
/// Lends the sessions of one relay: the one used last first, at most <see cref="RelayOptions.MaxConnections"/>. A
/// server that refuses one more connection while others stand teaches the pool a lower limit, which successes raise
/// again; the sender then waits for a session instead of failing.
/// </summary>
internal sealed class SessionPool : IAsyncDisposable
{
    private const int SuccessesPerRaise = 50;

    private readonly SessionOpener _opener;
    private readonly RelayOptions _options;
    private readonly TimeProvider _time;
    private readonly ITimer _sweep;
    private readonly Lock _lock = new();
    private readonly List<SmtpSession> _idle = [];
    private readonly WaitingLine _waiting = new();
    private readonly HashSet<Task> _farewells = [];
    private int _established;
    private int _opening;
    private int _limit;
    private int _successes;
    private bool _disposed;

    public SessionPool(SessionOpener opener, RelayOptions options, TimeProvider time)
    {
        (_opener, _options, _time, _limit) = (opener, options, time, options.MaxConnections);
        var period = options.IdleTimeout / 4;
        _sweep = time.CreateTimer(static pool => ((SessionPool)pool!).CloseIdle(), this, period, period);
    }

    /// <summary>Sessions that stand, lent or idle.</summary>
    public int Open => Volatile.Read(ref _established);

    /// <summary>Sessions that are lent.</summary>
    public int InUse
    {
        get
        {
            lock (_lock)
            {
                return _established - _idle.Count;
            }
        }
    }

    /// <summary>True when the next one who asks for a session need not wait in line.</summary>
    public bool HasRoom
    {
        get
        {
            lock (_lock)
            {
                return _idle.Count > 0 || _established + _opening < _limit;
            }
        }
    }

    /// <summary>
    /// Lends a session. <paramref name="fresh"/> asks for a new one, as far as the limit allows.
    /// </summary>
    public async Task<Loan> BorrowAsync(bool fresh, CancellationToken cancellationToken)
    {
        while (true)
        {
            var (loan, turn) = TakeOrQueue(fresh);
            if (turn is not null)
            {
                // An empty loan means that there is room for another connection.
                loan = await WaitingLine.WaitAsync(turn, cancellationToken);
            }
            else if (loan == default)
            {
                loan = await OpenAsync(cancellationToken);
            }

            if (loan != default)
            {
                return loan;
            }
        }
    }

    /// <summary>Takes a session back, and closes it when it is worn or broken.</summary>
    public void Return(SmtpSession session)
    {
        lock (_lock)
        {
            if (!_disposed && session.IsSound && session.Transactions < _options.MessagesPerConnection)
            {
                session.IdleSince = _time.GetUtcNow();
                if (!_waiting.Serve(new Loan(session, null)))
                {
                    _idle.Add(session);
                }

                RaiseLimit();
                return;
            }

            _established--;
            _waiting.Serve(default);
        }

        Dismiss([session]);
    }

    public async ValueTask DisposeAsync()
    {
        await _sweep.DisposeAsync();
        List<SmtpSession> idle;
        lock (_lock)
        {
            _disposed = true;
            idle = [.. _idle];
            _idle.Clear();
            _established -= idle.Count;
            _waiting.FailAll(new OpenFailure("The service is stopping."));
        }

        Dismiss(idle);
        Task[] farewells;
        lock (_lock)
        {
            farewells = [.. _farewells];
        }

        await Task.WhenAll(farewells);
    }

    private (Loan Loan, TaskCompletionSource<Loan>? Turn) TakeOrQueue(bool fresh)
    {
        List<SmtpSession> closed = [];
        try
        {
            lock (_lock)
            {
                if (_disposed)
                {
                    return (new Loan(null, new OpenFailure("The service is stopping.")), null);
                }

                if (TakeIdle(fresh, closed) is { } session)
                {
                    return (new Loan(session, null), null);
                }

                if (_established + _opening < _limit)
                {
                    _opening++;
                    return (default, null);
                }

                return (default, _waiting.Join());
            }
        }
        finally
        {
            Dismiss(closed);
        }
    }

    // Under the lock. Puts into closed what the server has closed meanwhile, and one idle session that has to make room
    // for a fresh one.
    private SmtpSession? TakeIdle(bool fresh, List<SmtpSession> closed)
    {
        while (_idle.Count > 0 && (!fresh || _established + _opening >= _limit))
        {
            var session = _idle[^1];
            _idle.RemoveAt(_idle.Count - 1);
            if (!fresh && session.IsQuiet())
            {
                return session;
            }

            _established--;
            closed.Add(session);
        }

        return null;
    }

    private async Task<Loan> OpenAsync(CancellationToken cancellationToken)
    {
        SmtpSession? session = null;
        OpenFailure? failure = null;
        try
        {
            (session, failure) = await _opener.OpenAsync(cancellationToken);
        }
        finally
        {
            lock (_lock)
            {
                _opening--;
                _established += session is null ? 0 : 1;
                if (failure is null && session is null)
                {
                    _waiting.Serve(default);
                }
            }
        }

        return failure is null ? new Loan(session, null) : Learn(failure);
    }

    // Empty when others stand, or may yet: the sender shall wait for one of those.
    private Loan Learn(OpenFailure failure)
    {
        lock (_lock)
        {
            _successes = 0;
            if (_established + _opening > 0)
            {
                _limit = _established + _opening;
                return default;
            }

            // Nobody gets through, which says nothing about how many the server would bear.
            _limit = _options.MaxConnections;
            _waiting.FailAll(failure);
            return new Loan(null, failure);
        }
    }

    private void RaiseLimit()
    {
        if (_limit < _options.MaxConnections && ++_successes >= SuccessesPerRaise * _limit)
        {
            _limit++;
            _successes = 0;
            _waiting.Serve(default);
        }
    }

    private void CloseIdle()
    {
        List<SmtpSession> old;
        lock (_lock)
        {
            var oldest = _time.GetUtcNow() - _options.IdleTimeout;
            old = _idle.FindAll(session => session.IdleSince <= oldest || !session.IsQuiet());
            _idle.RemoveAll(old.Contains);
            _established -= old.Count;
        }

        Dismiss(old);
    }

    private void Dismiss(List<SmtpSession> sessions)
    {
        foreach (var session in sessions)
        {
            var farewell = session.QuitAsync();
            lock (_lock)
            {
                _farewells.RemoveWhere(task => task.IsCompleted);
                _farewells.Add(farewell);
            }
        }
    }
}
