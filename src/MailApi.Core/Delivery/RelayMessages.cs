using System.Data.Common;
using MailApi.Core.Delivery.Queueing;
using MailApi.Core.Routing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MailApi.Core.Delivery;

/// <summary>
/// The job that drains the queue on this node: it leases what is due, feeds the senders, and stays until the node stops.
/// A second one on the same node ends at once. Retries are the rows' business, not the job server's.
/// </summary>
public sealed partial class RelayMessages(
    RelayQueue queue,
    Leases leases,
    AttemptDelivery attempts,
    RelaySet relays,
    NodeLane<RelayMessages> lane,
    IOptions<DeliveryOptions> options,
    TimeProvider time,
    ILogger<RelayMessages> logger)
{
    /// <summary>How often the table is looked at when nobody says that there is something to do.</summary>
    private static readonly TimeSpan Sweep = TimeSpan.FromSeconds(1);

    /// <summary>Runs until <paramref name="stopping"/>; then finishes what is in flight and gives back the rest.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        if (!lane.TryEnter())
        {
            return;
        }

        // Cancelled some time after `stopping`: what still hangs then is broken off, and recorded as such.
        using var abort = new CancellationTokenSource();
        await using var timer = stopping.Register(() => abort.CancelAfter(options.Value.ShutdownTimeout));
        try
        {
            queue.Open(Senders());
            var senders = Enumerable.Range(0, Senders()).Select(_ => SendAsync(stopping, abort.Token)).ToList();
            await RefillAsync(stopping);
            var left = queue.Close();
            await GiveBackAsync(left);
            await Task.WhenAll(senders);
        }
        finally
        {
            lane.Leave();
        }
    }

    private int Senders() => relays.CaptureMode
        ? options.Value.SandboxConcurrency
        : relays.Relays.Sum(r => r.MaxConnections) + 1;

    private async Task RefillAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                if (await leases.LeaseDueAsync(stopping) == 0)
                {
                    await queue.WaitAsync(Sweep, stopping);
                }
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception) when (exception is DbException or IOException or TimeoutException)
            {
                Log.LeasingFailed(logger, exception);
                await Task.Delay(Sweep, time, CancellationToken.None);
            }
        }
    }

    private async Task SendAsync(CancellationToken stopping, CancellationToken abort)
    {
        while (await queue.TakeAsync(stopping) is { } turn)
        {
            try
            {
                await attempts.RunAsync(turn, stopping, abort);
            }
#pragma warning disable CA1031 // The job's boundary: one delivery must not end the sending of all others.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                Log.AttemptFailed(logger, exception, turn.Delivery.MessageId.ToString());
                await attempts.RecordFaultAsync(turn.Delivery);
            }
        }
    }

    private async Task GiveBackAsync(IReadOnlyList<LeasedDelivery> left)
    {
        try
        {
            await leases.GiveBackAsync([.. left.Select(d => (d.MessageId, d.Attempt))], CancellationToken.None);
        }
        catch (Exception exception) when (exception is DbException or IOException or TimeoutException)
        {
            // Their leases end with this node; another, or the next start, takes them over.
            Log.LeasingFailed(logger, exception);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "The queue could not be read or written; trying again in a second")]
        public static partial void LeasingFailed(ILogger logger, Exception exception);

        [LoggerMessage(LogLevel.Error, "An attempt of {MessageId} failed inside the service; it will be tried again")]
        public static partial void AttemptFailed(ILogger logger, Exception exception, string messageId);
    }
}
