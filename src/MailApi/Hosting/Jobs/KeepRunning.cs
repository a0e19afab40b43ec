using System.Linq.Expressions;
using Hangfire;
using MailApi.Core.Delivery;

namespace MailApi.Hosting.Jobs;

/// <summary>Sees to it that a job that drains something on this node runs, from start to stop.</summary>
internal sealed partial class KeepRunning<TJob>(
    Expression<Func<TJob, Task>> job,
    IBackgroundJobClient jobs,
    NodeQueue queue,
    NodeLane<TJob> lane,
    IHostApplicationLifetime lifetime,
    TimeProvider time,
    ILogger<KeepRunning<TJob>> logger)
    : BackgroundService
{
    private static readonly TimeSpan CheckEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan StartWithin = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var asked = DateTimeOffset.MinValue;
        using var timer = new PeriodicTimer(CheckEvery, time);
        do
        {
            var now = time.GetUtcNow();
            if (!lane.IsRunning && now - asked >= StartWithin && !lifetime.ApplicationStopping.IsCancellationRequested)
            {
                asked = TryEnqueue() ? now : DateTimeOffset.MinValue;
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <summary>A database that is away is asked again in a second.</summary>
    private bool TryEnqueue()
    {
        try
        {
            jobs.Enqueue(queue.Name, job);
            return true;
        }
        catch (BackgroundJobClientException exception)
        {
            Log.EnqueueFailed(logger, exception, typeof(TJob).Name);
            return false;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "{Job} could not be started; trying again in a second")]
        public static partial void EnqueueFailed(ILogger logger, Exception exception, string job);
    }
}
