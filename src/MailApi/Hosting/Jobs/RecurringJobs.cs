using System.Data.Common;
using Hangfire;
using Hangfire.PostgreSql;
using Hangfire.Storage;
using MailApi.Core.Notifications;
using MailApi.Core.Retention;
using MailApi.Core.Stats;
using MailApi.Core.Suppressing.Importing;

namespace MailApi.Hosting.Jobs;

/// <summary>
/// Names what recurs, once for all nodes that share a database. A lock that a killed node has left, or a database that is
/// away, delays this and nothing else: the node serves meanwhile.
/// </summary>
internal sealed partial class RecurringJobs(IRecurringJobManager jobs, TimeProvider time, ILogger<RecurringJobs> logger)
    : BackgroundService
{
    private const string Imports = "import-suppressions";
    private static readonly TimeSpan TryAgainAfter = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!TrySchedule())
        {
            await Task.Delay(TryAgainAfter, time, stoppingToken);
        }
    }

    private bool TrySchedule()
    {
        try
        {
            jobs.AddOrUpdate<PurgeOldMail>("purge-old-mail", job => job.RunAsync(CancellationToken.None), "17 * * * *");
            jobs.AddOrUpdate<FoldEvents>("fold-events", job => job.RunAsync(CancellationToken.None), "* * * * *");
            jobs.AddOrUpdate<ReplayEvents>("replay-events", job => job.RunAsync(CancellationToken.None), "* * * * *");
            jobs.AddOrUpdate<ImportSuppressions>(Imports, job => job.RunAsync(CancellationToken.None), "* * * * *");

            // What a stop has interrupted goes on at once.
            jobs.Trigger(Imports);
            return true;
        }
        catch (Exception exception) when (
            exception is DistributedLockTimeoutException or PostgreSqlDistributedLockException or BackgroundJobClientException
                or DbException or TimeoutException)
        {
            Log.SchedulingFailed(logger, exception);
            return false;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "What recurs could not be scheduled; trying again in five seconds")]
        public static partial void SchedulingFailed(ILogger logger, Exception exception);
    }
}
