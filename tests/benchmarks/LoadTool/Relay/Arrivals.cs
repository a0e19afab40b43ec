using System.Collections.Concurrent;

namespace MailApi.Benchmarks.LoadTool.Relay;

/// <summary>Counts what reaches a relay and hands single messages to those who wait for them.</summary>
public sealed class Arrivals : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource<Transaction>> _awaited = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _reading;
    private int _count;

    public Arrivals(RecordingRelay relay) => _reading = ReadAsync(relay);

    /// <summary>Messages so far.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>The message with that id; to be called before it is sent.</summary>
    public Task<Transaction> Of(string ledgerId) => _awaited.GetOrAdd(
        ledgerId, _ => new TaskCompletionSource<Transaction>(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _reading;
        _stop.Dispose();
    }

    private async Task ReadAsync(RecordingRelay relay)
    {
        try
        {
            await foreach (var transaction in relay.Received.ReadAllAsync(_stop.Token))
            {
                Interlocked.Increment(ref _count);
                if (_awaited.TryRemove(transaction.LedgerId, out var awaited))
                {
                    awaited.TrySetResult(transaction);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Disposed: nobody waits any more.
        }
    }
}
