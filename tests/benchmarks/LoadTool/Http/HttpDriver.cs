using System.Diagnostics;

namespace MailApi.Benchmarks.LoadTool.Http;

/// <summary>Posts messages over a fixed number of connections.</summary>
public sealed class HttpDriver(IMessageService service, Load load, int connections)
{
    private int _posted;

    /// <summary>Whose messages they are; the first admin key by default.</summary>
    public string ApiKey { get; init; } = service.ApiKey;

    /// <summary>Messages that have been answered 202 since the driver was made.</summary>
    public int Posted => Volatile.Read(ref _posted);

    /// <summary>
    /// Posts <paramref name="messages"/>, each to a recipient of its own; every connection goes on as soon as it is answered.
    /// </summary>
    /// <returns>The time stamp of the first request.</returns>
    /// <exception cref="RunFailedException">An answer was not 202.</exception>
    public async Task<long> SendAsync(int messages, DateTimeOffset? sendAt, CancellationToken cancellationToken)
    {
        using var open = await OpenAsync(sendAt, cancellationToken);
        var started = Stopwatch.GetTimestamp();
        var next = 0;
        await Task.WhenAll(open.All.Select(one => PostAsync(open, one, Take, cancellationToken)));
        return started;

        int? Take() => Interlocked.Increment(ref next) is var number && number <= messages ? number : null;
    }

    /// <summary>As <see cref="SendAsync"/>, but until <paramref name="end"/> is cancelled.</summary>
    public async Task SendUntilAsync(CancellationToken end, CancellationToken cancellationToken)
    {
        using var open = await OpenAsync(sendAt: null, cancellationToken);
        var next = 0;
        await Task.WhenAll(open.All.Select(one => PostAsync(open, one, Take, cancellationToken)));

        int? Take() => end.IsCancellationRequested ? null : Interlocked.Increment(ref next);
    }

    /// <summary>
    /// Posts <paramref name="rate"/> messages a second until <paramref name="end"/> is cancelled, whether or not those before
    /// have been answered, as long as a connection is free: what is late is made up for.
    /// </summary>
    public async Task SendAtRateAsync(double rate, CancellationToken end, CancellationToken cancellationToken)
    {
        using var open = await OpenAsync(sendAt: null, cancellationToken);
        var started = Stopwatch.GetTimestamp();
        var next = 0;
        await Task.WhenAll(open.All.Select(PostAsync));

        async Task PostAsync(Connections.Open one)
        {
            while (true)
            {
                var number = Interlocked.Increment(ref next);
                var wait = TimeSpan.FromSeconds(number / rate) - Stopwatch.GetElapsedTime(started);
                if (wait > TimeSpan.Zero)
                {
                    await Task.Delay(wait, end).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                }

                if (end.IsCancellationRequested)
                {
                    return;
                }

                await open.PostAsync(one, number, cancellationToken);
                Interlocked.Increment(ref _posted);
            }
        }
    }

    private async Task PostAsync(
        Connections open, Connections.Open one, Func<int?> take, CancellationToken cancellationToken)
    {
        while (take() is { } number)
        {
            await open.PostAsync(one, number, cancellationToken);
            Interlocked.Increment(ref _posted);
        }
    }

    private Task<Connections> OpenAsync(DateTimeOffset? sendAt, CancellationToken cancellationToken) => Connections.OpenAsync(
        service, new MessagePayload(service.Address, ApiKey, load, sendAt), connections, cancellationToken);
}
