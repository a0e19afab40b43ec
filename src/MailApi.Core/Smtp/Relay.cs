using MailApi.Core.Smtp.Sessions;
using Microsoft.Extensions.Logging;

namespace MailApi.Core.Smtp;

/// <summary>One smart host: delivers messages to it over sessions that are kept and reused.</summary>
public sealed partial class Relay : IAsyncDisposable
{
    private readonly RelayOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly SessionOpener _opener;
    private readonly SessionPool _pool;
    private readonly SendRate _rate;
    private readonly RelayHealth _health;
    private readonly StallWatch _stalls;

    public Relay(string name, RelayOptions options, TimeProvider time, ILogger logger)
    {
        (Name, _options, _time, _logger) = (name, options, time, logger);
        var pulse = new Pulse(time);
        _opener = new SessionOpener(name, options, pulse, time);
        _pool = new SessionPool(_opener, options, time);
        _rate = new SendRate(options.RateLimit, time);
        _health = new RelayHealth(name, time, logger);
        _stalls = new StallWatch(pulse, _opener, _pool, _health, time);
    }

    /// <summary>The name in the configuration.</summary>
    public string Name { get; }

    /// <summary>Lower is tried first.</summary>
    public int Priority => _options.Priority;

    /// <summary>Sessions at most.</summary>
    public int MaxConnections => _options.MaxConnections;

    /// <summary>Sessions that stand now.</summary>
    public int OpenSessions => _pool.Open;

    /// <summary>Sessions that are used now.</summary>
    public int BusySessions => _pool.InUse;

    /// <summary>What is wrong with the relay; null when it last worked.</summary>
    public TroubleNotice? LastTrouble => _health.Trouble;

    /// <summary>True while others should be preferred: from 1 s up to 15 s after failures in a row.</summary>
    public bool IsPaused(DateTimeOffset now) => _health.IsPaused(now);

    /// <summary>True while it answers nobody: others should be preferred, and what waits for it may leave.</summary>
    public bool IsStalled => _stalls.IsStalled;

    /// <summary>
    /// Makes one attempt for all recipients of the message. What servers and networks do wrong is in the result;
    /// cancelling breaks the transaction off and throws.
    /// </summary>
    public async Task<RelayResult> SendAsync(OutgoingMessage message, CancellationToken cancellationToken)
    {
        var visit = _stalls.Begin(message, cancellationToken);
        try
        {
            return await SendAsync(message, visit, cancellationToken);
        }
        catch (OperationCanceledException) when (visit.HasLeft && !cancellationToken.IsCancellationRequested)
        {
            return NotBegun();
        }
        finally
        {
            _stalls.End(visit);
        }
    }

    /// <summary>Takes leave of the sessions at rest.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stalls.DisposeAsync();
        await _pool.DisposeAsync();
    }

    private async Task<RelayResult> SendAsync(OutgoingMessage message, Visit visit, CancellationToken cancellationToken)
    {
        await _rate.WaitAsync(visit.Leaving);
        var startedAt = _time.GetUtcNow();
        var bytes = MessageBytes.Of(message.Prefix, message.Mime);

        // Sessions at rest may have died with the relay's silence, so who tries whether it is over takes a new one.
        for (var fresh = visit.IsTrial; ; fresh = true)
        {
            visit.WaitForSession();
            var (session, failure) = await _pool.BorrowAsync(fresh, visit.Leaving);
            if (session is null)
            {
                _health.Suffer(failure!.Reason);
                return Unreached(message, failure, startedAt);
            }

            visit.Use(session);
            var reused = session.Transactions > 0;
            var handover = new Handover(message, session);
            try
            {
                if (!message.MayBegin())
                {
                    throw new OperationCanceledException("The message is not to be sent any more.");
                }

                await handover.RunAsync(bytes, cancellationToken);
            }
            finally
            {
                _pool.Return(session);
            }

            // A server may close a session at rest at any time; that is no attempt yet.
            if (handover.Unanswered && reused && !fresh)
            {
                continue;
            }

            Note(handover);
            return Result(handover, session, startedAt);
        }
    }

    private RelayResult Result(Handover handover, SmtpSession session, DateTimeOffset startedAt) => new()
    {
        Recipients = handover.Results,
        Relay = Name,
        Host = _options.Host,
        Ip = session.Ip,
        Tls = session.Tls,
        StartedAt = startedAt,
        FinishedAt = _time.GetUtcNow(),
        RelayTrouble = handover.Trouble is not null,
        Ambiguous = handover.Ambiguous,
    };

    private RelayResult Unreached(OutgoingMessage message, OpenFailure failure, DateTimeOffset startedAt) => new()
    {
        Recipients = [.. message.Recipients.Select(
            recipient => Verdict.Lost(recipient, failure.Reason) with { Reply = failure.Reply })],
        Relay = Name,
        Host = _options.Host,
        StartedAt = startedAt,
        FinishedAt = _time.GetUtcNow(),
        RelayTrouble = true,
    };

    private RelayResult NotBegun() => new()
    {
        Recipients = [],
        Relay = Name,
        StartedAt = _time.GetUtcNow(),
        FinishedAt = _time.GetUtcNow(),
        NotBegun = true,
    };

    private void Note(Handover handover)
    {
        if (handover.PipeliningFailed)
        {
            _opener.Pipelining = false;
            Log.PipeliningGivenUp(_logger, Name);
        }

        if (handover.Trouble is { } trouble)
        {
            _health.Suffer(trouble);
        }
        else
        {
            _health.Thrive();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Relay {Relay} announced PIPELINING but did not keep to it: given up")]
        public static partial void PipeliningGivenUp(ILogger logger, string relay);
    }
}
