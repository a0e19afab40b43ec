using System.Data.Common;
using MailApi.Core.Data.Events;
using MailApi.Core.Delivery;
using MailApi.Core.Delivery.Queueing;
using MailApi.Core.Domain;
using MailApi.Core.Notifications.Sending;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MailApi.Core.Notifications;

/// <summary>
/// The job that tells endpoints what has happened: it calls the lane of every endpoint with something due, and stays until
/// the node stops. A second one on the same node ends at once. Retries are the rows' business, not the job server's.
/// </summary>
public sealed partial class NotifyWebhooks(
    NotificationLeases leases,
    NotifyEndpoint notify,
    EndpointHealth health,
    EndpointWakes wakes,
    FreshEvents fresh,
    NodeIdentity node,
    NodeLane<NotifyWebhooks> lane,
    RelayQueue mail,
    IOptions<WebhookOptions> options,
    IOptions<DeliveryOptions> delivery,
    TimeProvider time,
    ILogger<NotifyWebhooks> logger)
{
    /// <summary>How often the table is looked at when nobody says that there is something to do.</summary>
    private static readonly TimeSpan Sweep = TimeSpan.FromSeconds(1);

    private readonly Dictionary<Id<Webhook>, EndpointLane> _endpoints = [];

    /// <summary>Runs until <paramref name="stopping"/>; then finishes the requests in flight and gives back the rest.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        if (!lane.TryEnter())
        {
            return;
        }

        // Cancelled some time after `stopping`: requests that still hang then are broken off, and made again elsewhere.
        using var abort = new CancellationTokenSource();
        await using var timer = stopping.Register(() => abort.CancelAfter(delivery.Value.ShutdownTimeout));
        try
        {
            fresh.Owner = node.Id;
            await CallEndpointsAsync(stopping, abort.Token);
            fresh.Owner = null;
            await Task.WhenAll(_endpoints.Values.Select(l => l.FinishAsync()));
            await TryAsync(GiveBackFreshAsync);
            await TryAsync(() => health.WriteAsync(CancellationToken.None));
        }
        finally
        {
            Forget(_ => true);
            lane.Leave();
        }
    }

    private async Task CallEndpointsAsync(CancellationToken stopping, CancellationToken abort)
    {
        var swept = DateTimeOffset.MinValue;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                if (time.GetUtcNow() - swept >= Sweep)
                {
                    await TryAsync(async () => Call(await leases.FindDueAsync(stopping), stored: true, stopping, abort));
                    await TryAsync(() => health.WriteAsync(stopping));
                    Forget(e => e.IsForgettable);
                    swept = time.GetUtcNow();
                }

                var due = await wakes.WaitAsync(Sweep, stopping);
                Call(due.Stored, stored: true, stopping, abort);
                Call(due.Fresh, stored: false, stopping, abort);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private void Call(IEnumerable<Id<Webhook>> due, bool stored, CancellationToken stopping, CancellationToken abort)
    {
        foreach (var id in due)
        {
            if (!_endpoints.TryGetValue(id, out var endpoint))
            {
                endpoint = _endpoints[id] = new EndpointLane(
                    id, options.Value.MaxConcurrencyPerEndpoint, leases, fresh, notify, mail, time, logger);
            }

            endpoint.Call(stored, stopping, abort);
        }
    }

    private async Task GiveBackFreshAsync()
    {
        foreach (var id in _endpoints.Keys)
        {
            await leases.CloseAsync(id);
        }
    }

    private void Forget(Func<EndpointLane, bool> which)
    {
        foreach (var (id, endpoint) in _endpoints.Where(l => which(l.Value)).ToList())
        {
            _endpoints.Remove(id);
            endpoint.Dispose();
        }
    }

    private async Task TryAsync(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (Exception exception) when (exception is DbException or IOException or TimeoutException)
        {
            Log.SweepFailed(logger, exception);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "What is to be told could not be read or written; trying again in a second")]
        public static partial void SweepFailed(ILogger logger, Exception exception);
    }
}
