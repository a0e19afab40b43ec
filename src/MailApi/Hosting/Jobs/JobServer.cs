using System.Linq.Expressions;
using Hangfire;
using Hangfire.PostgreSql;
using MailApi.Core.Data;
using MailApi.Core.Delivery;
using MailApi.Core.Feedback.Mailboxes;
using MailApi.Core.Notifications;
using Microsoft.Extensions.Options;

namespace MailApi.Hosting.Jobs;

/// <summary>
/// Hangfire: memory beside SQLite, the database beside PostgreSQL. It carries wake-ups and what recurs; the schedule of
/// mail is in the rows, so nothing of value is lost with a job.
/// </summary>
internal static class JobServer
{
    /// <summary>
    /// A lock is a row, and one that a killed node has left is void after this time. Hangfire holds its own for
    /// milliseconds, and no job here asks for one that it would hold for as long as it runs.
    /// </summary>
    private static readonly TimeSpan LockTimeout = TimeSpan.FromSeconds(30);

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
                    new PostgreSqlStorageOptions
                    {
                        QueuePollInterval = TimeSpan.FromSeconds(1),
                        UseSlidingInvisibilityTimeout = true,
                        DistributedLockTimeout = LockTimeout,
                    });
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
        services.AddHostedService<RecurringJobs>();
        services.AddHostedService(provider => Keep<RelayMessages>(provider, job => job.RunAsync(CancellationToken.None)));
        services.AddHostedService(provider => Keep<NotifyWebhooks>(provider, job => job.RunAsync(CancellationToken.None)));
        if (configuration.GetSection(MailboxOptions.Section).Exists())
        {
            services.AddHostedService(provider => Keep<PollMailbox>(provider, job => job.RunAsync(CancellationToken.None)));
        }
    }

    private static KeepRunning<TJob> Keep<TJob>(IServiceProvider provider, Expression<Func<TJob, Task>> job) =>
        ActivatorUtilities.CreateInstance<KeepRunning<TJob>>(provider, job);
}
