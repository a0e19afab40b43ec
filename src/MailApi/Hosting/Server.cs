using FluentValidation;
using Hangfire;
using MailApi.ApiKeys;
using MailApi.Bounces;
using MailApi.Bounces.Relays;
using MailApi.Core.Feedback;
using MailApi.Events;
using MailApi.Hosting.Jobs;
using MailApi.Http;
using MailApi.Messages;
using MailApi.Projects;
using MailApi.Stats;
using MailApi.Suppressions;
using MailApi.Templates;
using MailApi.Webhooks;
using Microsoft.Extensions.Options;

namespace MailApi.Hosting;

/// <summary>The service as a whole: its parts, its pipeline, its routes.</summary>
internal static class Server
{
    private const string DefaultUrl = "http://localhost:5025";
    private static readonly TimeSpan StopMargin = TimeSpan.FromSeconds(15);

    /// <summary>Puts the service together; no database is opened yet.</summary>
    public static WebApplication Build(string[] args)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            Args = args,
            ContentRootPath = AppContext.BaseDirectory,
        });
        AddParts(builder.Services, builder.Configuration);
        builder.Configuration[WebHostDefaults.ServerUrlsKey] ??= DefaultUrl;
        builder.WebHost.ConfigureKestrel((context, kestrel) =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize =
                context.Configuration.GetSection("Limits").Get<MessageLimits>()?.BodyBytes ?? new MessageLimits().BodyBytes;
        });

        var app = builder.Build();
        UsePipeline(app);
        MapRoutes(app);
        return app;
    }

    /// <summary>Prepares the database and runs until the process is asked to stop.</summary>
    public static async Task RunAsync(WebApplication app)
    {
        // Before anything is opened, and before the host would log the same with a stack trace.
        app.Services.GetRequiredService<IStartupValidator>().Validate();
        await app.Services.PrepareDatabaseAsync(CancellationToken.None);
        await app.Services.GetRequiredService<SealKey>().LoadAsync(CancellationToken.None);
        await app.Services.GreetAsync(app.Configuration);
        await app.RunAsync();
    }

    private static void AddParts(IServiceCollection services, IConfiguration configuration)
    {
        services.ConfigureHttpJsonOptions(o => StrictJson.Configure(o.SerializerOptions));
        services.AddProblems();
        services.AddValidatorsFromAssemblyContaining<MessageLimits>(ServiceLifetime.Singleton, includeInternalTypes: true);
        services.AddSingleton<ApiKeyCache>();
        services.AddSingleton<ApiKeyAuthentication>();
        services.AddSingleton<RateLimits>();
        services.AddSingleton<KeyUse>();
        services.AddHostedService(provider => provider.GetRequiredService<KeyUse>());
        services.AddSingleton<SqliteLock>();
        services.AddDatabase(configuration);
        services.AddMail(configuration);
        services.AddWaysIn();
        services.AddJobServer(configuration);
        services.AddOpenApiDocument();
        services.AddTelemetry(configuration);
        services.AddHostedService<NativeMemory>();
        services.AddDrain();
        services.AddOptions<HostOptions>().Configure<IOptions<Core.Delivery.DeliveryOptions>, Drain>(
            (host, delivery, drain) => host.ShutdownTimeout = drain.Time + delivery.Value.ShutdownTimeout + StopMargin);
    }

    private static void UsePipeline(WebApplication app)
    {
        app.UseRequestId();
        app.UseDrain();
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.UseRouting();
        app.UseOutages();
        app.UseApiKeys();
    }

    private static void MapRoutes(WebApplication app)
    {
        var v1 = app.MapGroup("/v1").AddEndpointFilterFactory(ValidationFilter.Create);
        v1.MapMessages();
        v1.MapEvents();
        v1.MapStats();
        v1.MapTemplates();
        v1.MapSuppressions();
        v1.MapBounces();
        v1.MapWebhooks();
        v1.MapRelayNotices();
        v1.MapApiKeys();
        v1.MapProjects();
        app.MapHealth();
        app.MapPrometheusScrapingEndpoint("/metrics").AllowAnonymous();
        app.MapErrorPage();
        app.MapOpenApiDocument();
        app.MapHangfireDashboard("/hangfire", new DashboardOptions
        {
            AsyncAuthorization = [new DashboardAccess()],
            DashboardTitle = "MailApi jobs",
        });
    }
}
