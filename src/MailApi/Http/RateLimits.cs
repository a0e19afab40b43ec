using System.Collections.Concurrent;
using System.Globalization;
using MailApi.Core.Domain;

namespace MailApi.Http;

/// <summary>
/// Counts the requests of keys that have a limit, in fixed windows, on this node. Every answer says what is left
/// (draft-ietf-httpapi-ratelimit-headers).
/// </summary>
internal sealed class RateLimits(TimeProvider time)
{
    private const int MaxEntries = 10_000;
    private readonly ConcurrentDictionary<Id<ApiKey>, Window> _windows = new();

    /// <summary>Takes one request from the key's window; false when none is left.</summary>
    public bool TryTake(ApiKey key, HttpResponse response)
    {
        if (key is not { RateLimit: { } limit, RateLimitWindow: { } seconds })
        {
            return true;
        }

        if (_windows.Count >= MaxEntries)
        {
            _windows.Clear();
        }

        var (left, reset) = _windows.GetOrAdd(key.Id, _ => new Window()).Take(limit, seconds, time.GetUtcNow().ToUnixTimeSeconds());
        response.Headers["RateLimit-Policy"] = string.Create(CultureInfo.InvariantCulture, $"\"default\";q={limit};w={seconds}");
        response.Headers["RateLimit"] = string.Create(
            CultureInfo.InvariantCulture, $"\"default\";r={Math.Max(0, left)};t={reset}");
        if (left < 0)
        {
            response.Headers.RetryAfter = reset.ToString(CultureInfo.InvariantCulture);
        }

        return left >= 0;
    }

    private sealed class Window
    {
        private long _start;
        private int _taken;

        /// <summary>What is left, below 0 when nothing was, and the seconds until the next window.</summary>
        public (int Left, int Reset) Take(int limit, int seconds, long now)
        {
            lock (this)
            {
                if (now >= _start + seconds)
                {
                    (_start, _taken) = (now, 0);
                }

                _taken = Math.Min(_taken + 1, limit + 1);
                return (limit - _taken, (int)Math.Max(1, _start + seconds - now));
            }
        }
    }
}
