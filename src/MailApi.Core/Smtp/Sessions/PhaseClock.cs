using System.Net.Sockets;

namespace MailApi.Core.Smtp.Sessions;

/// <summary>Where a session stands. The order is that of a conversation.</summary>
internal enum SmtpPhase
{
    Banner,
    Ehlo,
    StartTls,
    Tls,
    Auth,
    Idle,
    Mail,
    DataInitiation,
    DataBlock,
    DataTermination,
    Reset,
    Quit,
}

/// <summary>
/// Gives every phase its time (RFC 5321 §4.5.3.2) and closes the socket when it is over, so that a server which sends
/// a byte now and then holds nobody longer than one that is silent.
/// </summary>
internal sealed class PhaseClock : IDisposable
{
    private static readonly TimeSpan CourtesyTimeout = TimeSpan.FromSeconds(5);

    private readonly RelayOptions _options;
    private readonly Socket _socket;
    private readonly Pulse _pulse;
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private long _since;

    public PhaseClock(RelayOptions options, Socket socket, Pulse pulse, TimeProvider time)
    {
        (_options, _socket, _pulse, _time) = (options, socket, pulse, time);
        _timer = time.CreateTimer(
            static clock => ((PhaseClock)clock!).Expire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public SmtpPhase Phase { get; private set; }

    /// <summary>The phase that took too long; null while all is well.</summary>
    public SmtpPhase? ExpiredIn { get; private set; }

    /// <summary>Since the phase began or the server last said something in it.</summary>
    public TimeSpan Silence => _time.GetElapsedTime(Volatile.Read(ref _since));

    public void Enter(SmtpPhase phase)
    {
        // In this order, so that nobody sees the time of one phase with the name of the next.
        Volatile.Write(ref _since, _time.GetTimestamp());
        Phase = phase;
        _timer.Change(Allowed(phase), Timeout.InfiniteTimeSpan);
    }

    /// <summary>Counts from here: a reply came, or a block of the message is about to go out.</summary>
    public void Restart()
    {
        _pulse.Beat(Phase);
        Enter(Phase);
    }

    public TimeSpan Allowed(SmtpPhase phase) => phase switch
    {
        SmtpPhase.Banner => _options.BannerTimeout,
        SmtpPhase.Tls => _options.TlsTimeout,
        SmtpPhase.Idle => Timeout.InfiniteTimeSpan,
        SmtpPhase.DataInitiation => _options.DataInitiationTimeout,
        SmtpPhase.DataBlock => _options.DataBlockTimeout,
        SmtpPhase.DataTermination => _options.DataTerminationTimeout,
        SmtpPhase.Reset or SmtpPhase.Quit => CourtesyTimeout,
        _ => _options.CommandTimeout,
    };

    public void Dispose() => _timer.Dispose();

    private void Expire()
    {
        ExpiredIn ??= Phase;
        _socket.Dispose();
    }
}
