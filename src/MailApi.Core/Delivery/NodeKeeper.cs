using System.Data.Common;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MailApi.Core.Delivery;

/// <summary>Tells the database four times per lease that this node is alive, and looks after nodes that are not.</summary>
public sealed partial class NodeKeeper(
    TakeOvers takeOvers, Leases leases, IOptions<DeliveryOptions> options, TimeProvider time, ILogger<NodeKeeper> logger)
    : IHostedService, IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private Task _loop = Task.CompletedTask;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await takeOvers.LiveAsync(cancellationToken);
        await takeOvers.TakeOverAtStartAsync(cancellationToken);
        _loop = RunAsync(_stopping.Token);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _loop;
        await TryAsync(() => leases.FreeOrphansAsync(cancellationToken));
        await TryAsync(() => takeOvers.LeaveAsync(cancellationToken));
    }

    public void Dispose() => _stopping.Dispose();

    private async Task RunAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(options.Value.LeaseTime / 4, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stopping))
            {
                await TryAsync(async () =>
                {
                    await takeOvers.LiveAsync(stopping);
                    await takeOvers.TakeOverAsync(stopping);
                    await leases.FreeOrphansAsync(stopping);
                });
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The host stops.
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
            Log.HeartbeatFailed(logger, exception);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "The database did not take this node's sign of life; trying again")]
        public static partial void HeartbeatFailed(ILogger logger, Exception exception);
    }
}
