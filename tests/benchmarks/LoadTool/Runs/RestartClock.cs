using System.Diagnostics;

namespace MailApi.Benchmarks.LoadTool.Runs;

/// <summary>Times each restart of the service until the first message of the new process reaches the relay.</summary>
public sealed class RestartClock
{
    private readonly Lock _lock = new();
    private readonly List<TimeSpan> _times = [];
    private long? _restarted;

    /// <summary>Restarts that were signalled again before their first delivery.</summary>
    public int WithoutDelivery { get; private set; }

    public TimeSpan? Slowest
    {
        get
        {
            lock (_lock)
            {
                return _times.Count == 0 ? null : _times.Max();
            }
        }
    }

    public void Restarted()
    {
        lock (_lock)
        {
            WithoutDelivery += _restarted is null ? 0 : 1;
            _restarted = Stopwatch.GetTimestamp();
        }
    }

    /// <summary>A message arrived; one over a connection older than the restart is the old process's.</summary>
    public void Delivered(long connectedAt, long receivedAt)
    {
        lock (_lock)
        {
            if (connectedAt > _restarted)
            {
                _times.Add(Stopwatch.GetElapsedTime(_restarted.Value, receivedAt));
                _restarted = null;
            }
        }
    }
}
