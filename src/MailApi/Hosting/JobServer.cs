using System.Linq.Expressions;
using Hangfire;
using Hangfire.PostgreSql;
using MailApi.Core.Data;
using MailApi.Core.Delivery;
using MailApi.Core.Feedback.Mailboxes;
using MailApi.Core.Notifications;
using MailApi.Core.Retention;
using MailApi.Core.Stats;
using MailApi.Core.Suppressing.Importing;
using Microsoft.Extensions.Options;

namespace MailApi.Hosting;

/// <summary>
/// Hangfire: memory beside SQLite, the database beside PostgreSQL. It carries wake-ups and what recurs; the schedule of
/// mail is in the rows, so nothing of value is lost with a job.
/// </summary>
internal static class JobServer
{
    private const string Imports = "import-suppressions";

    public static void AddJobServer(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddHangfire((provider, hangfire) =>
        {
            var database = provider.GetRequiredService<IOptions<DatabaseOptions>>().Value;
            hangfire.UseSimpleAssemblyNameTypeSerializer().UseRecommendedSerializerSettings();
            if (database.Provider == DatabaseProvider.Sqlite)
            {
                hangfire.UseInMemoryStorage();
            }
            else
            {
                hangfire.UsePostgreSqlStorage(
                    o => o.UseNpgsqlConnection(database.ConnectionString),
                    new PostgreSqlStorageOptions { QueuePollInterval = TimeSpan.FromSeconds(1), UseSlidingInvisibilityTimeout = true });
            }

            // One scheduler only: what is to be tried again says so in its row.
            hangfire.UseFilter(new AutomaticRetryAttribute { Attempts = 0 });
            hangfire.UseFilter(new MeasuredJobs());
        });
        services.AddSingleton<NodeQueue>();
        services.AddHangfireServer((provider, server) =>
        {
            var delivery = provider.GetRequiredService<IOptions<DeliveryOptions>>().Value;
            server.WorkerCount = 7;
            server.Queues = [provider.GetRequiredService<NodeQueue>().Name, "default"];
            server.SchedulePollingInterval = TimeSpan.FromSeconds(5);
            server.ShutdownTimeout = delivery.ShutdownTimeout + TimeSpan.FromSeconds(5);
        });
        services.AddHostedService(provider => Keep<RelayMessages>(provider, job => job.RunAsync(CancellationToken.None)));
        services.AddHostedService(provider => Keep<NotifyWebhooks>(provider, job => job.RunAsync(CancellationToken.None)));
        if (configuration.GetSection(MailboxOptions.Section).Exists())
        {
            services.AddHostedService(provider => Keep<PollMailbox>(provider, job => job.RunAsync(CancellationToken.None)));
        }
    }

    /// <summary>What recurs, once for all nodes that share a database.</summary>
    public static void ScheduleRecurringJobs(this IServiceProvider services)
    {
        var jobs = services.GetRequiredService<IRecurringJobManager>();
        jobs.AddOrUpdate<PurgeOldMail>("purge-old-mail", job => job.RunAsync(CancellationToken.None), "17 * * * *");
        jobs.AddOrUpdate<FoldEvents>("fold-events", job => job.RunAsync(CancellationToken.None), "* * * * *");
        jobs.AddOrUpdate<ReplayEvents>("replay-events", job => job.RunAsync(CancellationToken.None), "* * * * *");
        jobs.AddOrUpdate<ImportSuppressions>(Imports, job => job.RunAsync(CancellationToken.None), "* * * * *");

        // What a stop has interrupted goes on at once.
        jobs.Trigger(Imports);
    }

    private static KeepRunning<TJob> Keep<TJob>(IServiceProvider provider, Expression<Func<TJob, Task>> job) =>
        ActivatorUtilities.CreateInstance<KeepRunning<TJob>>(provider, job);
}

/// <summary>The queue of jobs that only this node can do.</summary>
internal sealed class NodeQueue(NodeIdentity node)
{
    private const string Prefix = "node-";

    public string Name { get; } = $"{Prefix}{node.Id:n}";

    /// <summary>True for the queue of any node: what is in it runs as long as the node does.</summary>
    public static bool Is(string? queue) => queue?.StartsWith(Prefix, StringComparison.Ordinal) == true;
}

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
