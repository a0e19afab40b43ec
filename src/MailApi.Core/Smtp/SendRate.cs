namespace MailApi.Core.Smtp;

/// <summary>Spaces the messages to one relay evenly, as <see cref="RelayOptions.RateLimit"/> says.</summary>
internal sealed class SendRate(double? perSecond, TimeProvider time)
{
    private readonly Lock _lock = new();
    private DateTimeOffset _next = DateTimeOffset.MinValue;

    /// <summary>Returns when it is this message's turn.</summary>
    public Task WaitAsync(CancellationToken cancellationToken) =>
        perSecond is { } rate ? WaitAsync(TimeSpan.FromSeconds(1 / rate), cancellationToken) : Task.CompletedTask;

    private Task WaitAsync(TimeSpan spacing, CancellationToken cancellationToken)
    {
        TimeSpan delay;
        lock (_lock)
        {
            var now = time.GetUtcNow();
            var turn = _next > now ? _next : now;
            _next = turn + spacing;
            delay = turn - now;
        }

        return delay > TimeSpan.Zero ? Task.Delay(delay, time, cancellationToken) : Task.CompletedTask;
    }
}
