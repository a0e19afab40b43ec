using MailApi.Core.Smtp.Sessions;

namespace MailApi.Core.Smtp;

/// <summary>
/// Notices that a relay hangs: attempts are under way and nobody is answered. Who waits for a session then goes to another
/// relay, new messages too. A transaction that was begun stays, since the relay may have taken the message. Connections
/// without a message find out whether the door is open again; when it was a transaction that hung, one message at a time does.
/// </summary>
internal sealed class StallWatch : IAsyncDisposable
{
    /// <summary>
    /// Silence for longer is a stall. Servers pause on purpose before they greet, Postfix's postscreen for 6 s.
    /// </summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Fewer transactions that hang may be the fault of what they carry, as may all for one domain before DATA.</summary>
    private const int FewestHanging = 3;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ProbePause = TimeSpan.FromSeconds(5);

    private readonly Pulse _pulse;
    private readonly SessionOpener _opener;
    private readonly SessionPool _pool;
    private readonly RelayHealth _health;
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private readonly Lock _lock = new();
    private readonly HashSet<Visit> _visits = [];
    private readonly CancellationTokenSource _closing = new();
    private bool _watching;
    private SmtpPhase? _blockedIn;
    private long _stalledAt;
    private volatile bool _stalled;
    private volatile bool _trialOpen;
    private Visit? _trial;
    private Task _probe = Task.CompletedTask;
    private long _probedAt;

    public StallWatch(Pulse pulse, SessionOpener opener, SessionPool pool, RelayHealth health, TimeProvider time)
    {
        (_pulse, _opener, _pool, _health, _time) = (pulse, opener, pool, health, time);
        _timer = time.CreateTimer(
            static watch => ((StallWatch)watch!).Look(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>True while messages should go elsewhere.</summary>
    public bool IsStalled => _stalled && !_trialOpen;

    public Visit Begin(OutgoingMessage message, CancellationToken cancellationToken)
    {
        var visit = new Visit(message, _time, cancellationToken);
        if (message.MayLeave is null)
        {
            return visit;
        }

        lock (_lock)
        {
            _visits.Add(visit);
            if (_trialOpen)
            {
                (_trial, _trialOpen, visit.IsTrial) = (visit, false, true);
            }

            if (!_watching)
            {
                _watching = _timer.Change(Interval, Interval);
            }
        }

        if (IsStalled && !visit.IsTrial)
        {
            visit.Leave();
        }

        return visit;
    }

    public void End(Visit visit)
    {
        lock (_lock)
        {
            _visits.Remove(visit);
            if (_trial == visit)
            {
                _trial = null;
            }
        }

        visit.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        await _timer.DisposeAsync();
        await _closing.CancelAsync();
        await _probe;
        _closing.Dispose();
    }

    private void Look()
    {
        List<Visit> visits;
        lock (_lock)
        {
            visits = [.. _visits];
            if (_blockedIn is { } blocked && _pulse.LastFrom(Later(blocked, SmtpPhase.Mail)) >= _stalledAt)
            {
                Resume();
            }

            _blockedIn ??= Diagnose(visits);
            if (_blockedIn is not { } phase)
            {
                return;
            }

            if (!_stalled)
            {
                (_stalled, _stalledAt) = (true, _time.GetTimestamp());
                _health.Stall(LossReasons.Hangs(phase, Patience));
            }

            if (_probe.IsCompleted && _time.GetElapsedTime(_probedAt) >= ProbePause)
            {
                _probe = ProbeAsync();
            }
        }

        visits.FindAll(v => v.IsWaiting && (!v.IsTrial || v.Silence >= Patience)).ForEach(v => v.Leave());
        visits.FindAll(Hangs).ForEach(v => v.LeaveBehind());
    }

    /// <summary>The phase that nobody gets through; null when all is well.</summary>
    private SmtpPhase? Diagnose(List<Visit> visits)
    {
        var hanging = visits.FindAll(v => Hangs(v) && !v.IsExcused && IsSilentFrom(v.Phase ?? SmtpPhase.Mail));
        if (hanging.Count >= FewestHanging
            && (hanging.Exists(v => v.Phase > SmtpPhase.Mail) || hanging.DistinctBy(v => v.Domain).Count() > 1))
        {
            return hanging.Min(v => v.Phase);
        }

        // Nobody comes in, or all sessions are taken by those who get no answer.
        return IsSilentFrom(SmtpPhase.Banner) && visits.Exists(v => v.IsWaiting && v.Silence >= Patience)
            ? visits.FindAll(Hangs).Min(v => v.Phase) ?? SmtpPhase.Banner
            : null;
    }

    private bool IsSilentFrom(SmtpPhase phase) => _time.GetElapsedTime(_pulse.LastFrom(phase)) >= Patience;

    private static bool Hangs(Visit visit) => visit.Phase is not null && visit.Silence >= Patience;

    private static SmtpPhase Later(SmtpPhase one, SmtpPhase other) => one > other ? one : other;

    // Under the lock.
    private void Resume()
    {
        foreach (var visit in _visits)
        {
            visit.IsExcused = Hangs(visit);
        }

        (_blockedIn, _stalled, _trialOpen) = (null, false, false);
        _health.Resume();
    }

    /// <summary>Knocks without a message.</summary>
    private async Task ProbeAsync()
    {
        using var patience = new CancellationTokenSource(ProbeTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, _closing.Token);
        try
        {
            var (session, _) = await _opener.OpenAsync(either.Token);
            Admit();
            await (session?.QuitAsync() ?? Task.CompletedTask);
        }
        catch (OperationCanceledException)
        {
            // No answer, or nobody to hear it.
        }

        Volatile.Write(ref _probedAt, _time.GetTimestamp());
    }

    /// <summary>The door is open, or shut with a word: whoever comes will know at once.</summary>
    private void Admit()
    {
        lock (_lock)
        {
            if (_blockedIn < SmtpPhase.Mail)
            {
                Resume();
            }
            else if (_stalled && _trial is null)
            {
                _trialOpen = _pool.HasRoom;
            }
        }
    }
}
