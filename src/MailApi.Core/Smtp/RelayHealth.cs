using Microsoft.Extensions.Logging;

namespace MailApi.Core.Smtp;

/// <summary>What a relay suffers from.</summary>
/// <param name="Reason">A sentence that names the setting to look at where one is to blame; no secrets.</param>
/// <param name="Since">When it was first seen.</param>
public sealed record TroubleNotice(string Reason, DateTimeOffset Since);

/// <summary>Remembers how a relay fares. Says so in the log when that changes, not with every message.</summary>
internal sealed partial class RelayHealth(string relay, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan MinPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MaxPause = TimeSpan.FromSeconds(15);

    private readonly Lock _lock = new();
    private TimeSpan _pause;
    private DateTimeOffset _pausedUntil;
    private TroubleNotice? _trouble;
    private TroubleNotice? _stall;

    public TroubleNotice? Trouble => Volatile.Read(ref _stall) ?? Volatile.Read(ref _trouble);

    public bool IsPaused(DateTimeOffset now)
    {
        lock (_lock)
        {
            return now < _pausedUntil;
        }
    }

    public void Suffer(string reason)
    {
        var now = time.GetUtcNow();
        lock (_lock)
        {
            // Failures within one pause count as one.
            if (now >= _pausedUntil)
            {
                var doubled = 2 * _pause;
                _pause = doubled < MinPause ? MinPause : doubled > MaxPause ? MaxPause : doubled;
                _pausedUntil = now + _pause;
            }

            if (_trouble?.Reason == reason)
            {
                return;
            }

            _trouble = new TroubleNotice(reason, now);
        }

        Log.InTrouble(logger, relay, reason);
    }

    public void Thrive()
    {
        if (Volatile.Read(ref _trouble) is null)
        {
            return;
        }

        lock (_lock)
        {
            (_trouble, _pause, _pausedUntil) = (null, TimeSpan.Zero, default);
        }

        Log.Recovered(logger, relay);
    }

    /// <summary>It hangs. This is no reason for a pause: what has nowhere else to go waits there.</summary>
    public void Stall(string reason)
    {
        Volatile.Write(ref _stall, new TroubleNotice(reason, time.GetUtcNow()));
        Log.InTrouble(logger, relay, reason);
    }

    /// <summary>It answers again.</summary>
    public void Resume()
    {
        Volatile.Write(ref _stall, null);
        Log.Recovered(logger, relay);
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "Relay {Relay} is in trouble: {Reason}")]
        public static partial void InTrouble(ILogger logger, string relay, string reason);

        [LoggerMessage(LogLevel.Information, "Relay {Relay} works again")]
        public static partial void Recovered(ILogger logger, string relay);
    }
}
