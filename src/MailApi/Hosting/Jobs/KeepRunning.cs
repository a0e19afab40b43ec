using System.Linq.Expressions;
using Hangfire;
using MailApi.Core.Delivery;

namespace MailApi.Hosting.Jobs;

/// <summary>Sees to it that a job that drains something on this node runs, from start to stop.</summary>
internal sealed class KeepRunning<TJob>(
    Expression<Func<TJob, Task>> job, IBackgroundJobClient jobs, NodeQueue queue, NodeLane<TJob> lane, TimeProvider time)
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
            if (!lane.IsRunning && now - asked >= StartWithin)
            {
                jobs.Enqueue(queue.Name, job);
                asked = now;
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }
}
