using MailApi.Core.Data.Events;
using MailApi.Core.Delivery.Queueing;
using MailApi.Core.Domain;
using Microsoft.Extensions.Logging;

namespace MailApi.Core.Notifications;

/// <summary>
/// The way to one endpoint: its own place in memory, its own leases, its own bounded number of requests at once, its own
/// pause. Nothing is shared with other endpoints, so one that hangs or fails delays nobody else.
/// </summary>
internal sealed partial class EndpointLane(
    Id<Webhook> endpoint,
    int concurrency,
    NotificationLeases leases,
    FreshEvents fresh,
    NotifyEndpoint notify,
    RelayQueue mail,
    TimeProvider time,
    ILogger logger) : IDisposable
{
    private const int Resting = 0;
    private const int Running = 1;
    private const int Called = 2;

    /// <summary>Mail goes first: while some waits for a sender, one request follows the other, or this much later.</summary>
    private static readonly TimeSpan Courtesy = TimeSpan.FromMilliseconds(50);

    private static readonly TimeSpan AfterTrouble = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _slots = new(concurrency);
    private readonly EndpointPause _pause = new(time);
    private Task _run = Task.CompletedTask;
    private int _state = Resting;
    private int _stored;

    /// <summary>True when it is at rest, no request is in flight and there is nothing to remember.</summary>
    public bool IsForgettable => _run.IsCompleted && _slots.CurrentCount == concurrency && !_pause.Remembers;

    /// <summary>There is something to be told; a run that is about to end goes round once more.</summary>
    /// <param name="stored">True when it is in the table.</param>
    /// <param name="stopping">Nothing new is begun.</param>
    /// <param name="abort">Requests in flight are broken off.</param>
    public void Call(bool stored, CancellationToken stopping, CancellationToken abort)
    {
        if (stored)
        {
            Volatile.Write(ref _stored, 1);
        }

        if (Interlocked.CompareExchange(ref _state, Called, Running) == Resting
            && Interlocked.CompareExchange(ref _state, Running, Resting) == Resting)
        {
            _run = Task.Run(() => RunAsync(stopping, abort), CancellationToken.None);
        }
    }

    /// <summary>Waits for the last run, and for the requests in flight; to be called once, when no more calls come.</summary>
    public async Task FinishAsync()
    {
        await _run;
        for (var i = 0; i < concurrency; i++)
        {
            await _slots.WaitAsync(CancellationToken.None);
        }
    }

    public void Dispose() => _slots.Dispose();

    private async Task RunAsync(CancellationToken stopping, CancellationToken abort)
    {
        do
        {
            Volatile.Write(ref _state, Running);
            try
            {
                await DrainAsync(stopping, abort);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                // What was not begun has been given back, or is freed with this node's leases.
            }
#pragma warning disable CA1031 // The job's boundary: what one endpoint is to be told must not end the telling of the others.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                Log.LeasingFailed(logger, exception, endpoint);
                await Task.Delay(AfterTrouble, time, CancellationToken.None);
                Volatile.Write(ref _stored, 1);
                Volatile.Write(ref _state, Called);
            }
        }
        while (Interlocked.CompareExchange(ref _state, Resting, Running) != Running && !stopping.IsCancellationRequested);
    }

    private async Task DrainAsync(CancellationToken stopping, CancellationToken abort)
    {
        while (!stopping.IsCancellationRequested && !_pause.IsOn)
        {
            if (leases.TakeFresh(endpoint) is { } item)
            {
                await SendAsync([item], stopping, abort);
            }
            else if (Interlocked.Exchange(ref _stored, 0) == 1)
            {
                await DrainTableAsync(stopping, abort);
            }
            else
            {
                return;
            }
        }

        await leases.CloseAsync(endpoint);
    }

    private async Task DrainTableAsync(CancellationToken stopping, CancellationToken abort)
    {
        while (!stopping.IsCancellationRequested && !_pause.IsOn)
        {
            var limit = _pause.IsProbing ? 1 : 4 * concurrency;
            var batch = await leases.LeaseAsync(endpoint, limit, stopping);
            await SendAsync(batch, stopping, abort);
            if (batch.Count < limit)
            {
                fresh.Open(endpoint);
                return;
            }
        }
    }

    private async Task SendAsync(IReadOnlyList<LeasedNotification> batch, CancellationToken stopping, CancellationToken abort)
    {
        for (var i = 0; i < batch.Count; i++)
        {
            await _slots.WaitAsync(CancellationToken.None);
            if (stopping.IsCancellationRequested || _pause.IsOn)
            {
                _slots.Release();
                await leases.GiveBackAsync([.. batch.Skip(i)], CancellationToken.None);
                return;
            }

            var sent = SendAsync(batch[i], abort);
            if (_pause.IsProbing)
            {
                await sent;
            }
            else if (mail.IsBusy)
            {
                await Task.WhenAny(sent, Task.Delay(Courtesy, time, CancellationToken.None));
            }
        }
    }

    private async Task SendAsync(LeasedNotification item, CancellationToken abort)
    {
        try
        {
            if (!await notify.RunAsync(item, _pause, abort))
            {
                await leases.GiveBackAsync([item], CancellationToken.None);
            }
        }
        catch (OperationCanceledException) when (abort.IsCancellationRequested)
        {
            // Broken off while the node stops; its leases are freed when it has left.
        }
#pragma warning disable CA1031 // The job's boundary: one request must not end the telling of all others.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            // It stays leased until it counts as stale, and is told again then.
            Log.NotifyingFailed(logger, exception, item.Row.Id);
        }
        finally
        {
            _slots.Release();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "What endpoint {WebhookId} is to be told could not be read; trying again in a second")]
        public static partial void LeasingFailed(ILogger logger, Exception exception, Id<Webhook> webhookId);

        [LoggerMessage(LogLevel.Error, "Webhook delivery {DeliveryId} failed inside the service; it will be tried again")]
        public static partial void NotifyingFailed(ILogger logger, Exception exception, Id<WebhookDelivery> deliveryId);
    }
}
