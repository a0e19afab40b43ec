using MailApi.Core.Data;
using Microsoft.Extensions.Options;

namespace MailApi.Hosting;

/// <summary>Section <c>Shutdown</c>: how a node takes its leave of those who call it.</summary>
public sealed class ShutdownOptions
{
    /// <summary>
    /// How long a node that was asked to stop goes on answering while <c>/readyz</c> says 503, so that a load balancer takes
    /// it out before it closes its port; default 3 s on PostgreSQL, 0 on SQLite, where no other node could answer instead.
    /// </summary>
    public TimeSpan? DrainTime { get; set; }
}

/// <summary>Keeps the port open for a while after SIGTERM, and sends callers away from connections they would reuse.</summary>
internal sealed class Drain(IOptions<ShutdownOptions> options, IOptions<DatabaseOptions> database, TimeProvider time)
    : IHostedLifecycleService
{
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Default = TimeSpan.FromSeconds(3);

    public TimeSpan Time => options.Value.DrainTime
        ?? (database.Value.Provider == DatabaseProvider.Postgres ? Default : TimeSpan.Zero);

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Comes before anything stops, the HTTP server included.</summary>
    public Task StoppingAsync(CancellationToken cancellationToken) => Task.Delay(Time, time, cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

/// <summary>The way of a drain through the pipeline and the host.</summary>
internal static class DrainSetup
{
    public static void AddDrain(this IServiceCollection services)
    {
        services.AddOptions<ShutdownOptions>()
            .BindConfiguration("Shutdown", o => o.ErrorOnUnknownConfiguration = true)
            .Validate(
                o => o.DrainTime is null || (o.DrainTime >= TimeSpan.Zero && o.DrainTime <= Drain.Longest),
                "Shutdown:DrainTime must be between 00:00:00 and 00:05:00.")
            .ValidateOnStart();
        services.AddSingleton<Drain>();
        services.AddHostedService(provider => provider.GetRequiredService<Drain>());
    }

    /// <summary>From SIGTERM on each answer is the last of its connection: none is cut when the port closes.</summary>
    public static void UseDrain(this IApplicationBuilder app)
    {
        var stopping = app.ApplicationServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        app.Use((context, next) =>
        {
            if (HttpProtocol.IsHttp11(context.Request.Protocol))
            {
                context.Response.OnStarting(() =>
                {
                    if (stopping.IsCancellationRequested)
                    {
                        context.Response.Headers.Connection = "close";
                    }

                    return Task.CompletedTask;
                });
            }

            return next(context);
        });
    }
}
