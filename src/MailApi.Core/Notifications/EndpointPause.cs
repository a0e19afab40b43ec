namespace MailApi.Core.Notifications;

/// <summary>
/// Spares an endpoint that does nothing but fail, and everybody else the work: after a run of failures it is asked only
/// now and then whether it is back. The schedule of each delivery stays what it is; they wait a little longer.
/// </summary>
internal sealed class EndpointPause(TimeProvider time)
{
    /// <summary>So many failures in a row, over any deliveries, and it is paused.</summary>
    private const int Patience = 20;

    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private int _failures;
    private TimeSpan _length = Shortest;
    private DateTimeOffset _until;

    /// <summary>True while nothing is to be sent.</summary>
    public bool IsOn
    {
        get
        {
            lock (_gate)
            {
                return time.GetUtcNow() < _until;
            }
        }
    }

    /// <summary>True when the next request only asks whether it is back.</summary>
    public bool IsProbing
    {
        get
        {
            lock (_gate)
            {
                return _failures >= Patience;
            }
        }
    }

    /// <summary>True while its latest request has failed.</summary>
    public bool Remembers
    {
        get
        {
            lock (_gate)
            {
                return _failures > 0;
            }
        }
    }

    public void Succeeded()
    {
        lock (_gate)
        {
            (_failures, _length, _until) = (0, Shortest, default);
        }
    }

    /// <param name="retryAfter">The endpoint asked to be left alone for so long.</param>
    public void Failed(TimeSpan? retryAfter)
    {
        lock (_gate)
        {
            var now = time.GetUtcNow();
            _failures++;
            if (_failures >= Patience && now >= _until)
            {
                _until = now + _length;
                _length = _length * 2 < Longest ? _length * 2 : Longest;
            }

            if (retryAfter is { } asked && now + asked > _until)
            {
                _until = now + (asked < Longest ? asked : Longest);
            }
        }
    }
}
