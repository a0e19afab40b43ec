using MailApi.Core.Smtp.Sessions;

namespace MailApi.Core.Smtp;

/// <summary>One message at a relay, from its wish for a session until the attempt is over.</summary>
internal sealed class Visit(OutgoingMessage message, TimeProvider time, CancellationToken cancellationToken) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _leaving = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
    private long? _waitingSince;
    private SmtpSession? _session;
    private bool _isOver;
    private bool _isLeftBehind;

    public string Domain => message.Recipients[0].Domain;

    /// <summary>Ends the waiting for a session, never a transaction.</summary>
    public CancellationToken Leaving => _leaving.Token;

    /// <summary>It was sent away while it waited.</summary>
    public bool HasLeft { get; private set; }

    /// <summary>It finds out whether a relay that hangs answers again.</summary>
    public bool IsTrial { get; set; }

    /// <summary>Its silence tells nothing any more: the relay has answered others since.</summary>
    public bool IsExcused { get; set; }

    /// <summary>Where its transaction stands; null while it has none.</summary>
    public SmtpPhase? Phase =>
        Volatile.Read(ref _session)?.Clock.Phase is >= SmtpPhase.Mail and <= SmtpPhase.DataTermination and var phase ? phase : null;

    public bool IsWaiting => Volatile.Read(ref _session) is null;

    /// <summary>How long it has been waiting for a session, or for an answer in its transaction.</summary>
    public TimeSpan Silence
    {
        get
        {
            lock (_gate)
            {
                return _session is { } session ? session.Clock.Silence
                    : _waitingSince is { } since ? time.GetElapsedTime(since)
                    : TimeSpan.Zero;
            }
        }
    }

    public void WaitForSession()
    {
        lock (_gate)
        {
            (_session, _waitingSince) = (null, time.GetTimestamp());
        }
    }

    public void Use(SmtpSession session)
    {
        lock (_gate)
        {
            _session = session;
        }
    }

    /// <summary>Sends it away if it waits and another relay would take it.</summary>
    public void Leave()
    {
        if (message.MayLeave?.Invoke() != true)
        {
            return;
        }

        lock (_gate)
        {
            if (!_isOver && _session is null)
            {
                HasLeft = true;
                _leaving.Cancel();
            }
        }
    }

    /// <summary>Says once that others need not wait for it, if another relay would take them.</summary>
    public void LeaveBehind()
    {
        if (!_isLeftBehind && message.MayLeave?.Invoke() == true)
        {
            _isLeftBehind = true;
            message.LeftBehind();
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isOver = true;
        }

        _leaving.Dispose();
    }
}
