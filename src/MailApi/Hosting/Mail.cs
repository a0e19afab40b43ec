using MailApi.Core.Accepting;
using MailApi.Core.Data.Events;
using MailApi.Core.Data.Writing;
using MailApi.Core.Delivery;
using MailApi.Core.Delivery.Queueing;
using MailApi.Core.Domain;
using MailApi.Core.Feedback;
using MailApi.Core.Notifications;
using MailApi.Core.Notifications.Sending;
using MailApi.Core.Retention;
using MailApi.Core.Routing;
using MailApi.Core.Smtp;
using MailApi.Core.Stats;
using MailApi.Core.Suppressing;
using MailApi.Core.Suppressing.Importing;
using MailApi.Core.Templating;
using MailApi.Events;
using MailApi.Http;
using MailApi.Messages.Sending;
using MailApi.Templates;
using MailApi.Webhooks;
using Microsoft.Extensions.Options;

namespace MailApi.Hosting;

/// <summary>The stages of the pipeline and their settings.</summary>
internal static class Mail
{
    public static void AddMail(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(Random.Shared);
        AddOptions(services);
        AddSuppressionOptions(services);
        AddTemplating(services);
        AddAccepting(services);
        AddRelaying(services, configuration);
        AddNotifying(services);
        AddFeedback(services);
        services.AddSingleton<FoldEvents>();
        services.AddSingleton<ReadStats>();
        services.AddSingleton<PurgeOldMail>();
    }

    private static void AddOptions(IServiceCollection services)
    {
        services.AddOptions<DeliveryOptions>()
            .BindConfiguration("Delivery", o => o.ErrorOnUnknownConfiguration = true)
            .PostConfigure(o => o.RetrySchedule = o.RetrySchedule.Count > 0 ? o.RetrySchedule : RetrySchedule.Default)
            .Validate(o => o.RetrySchedule.All(d => d > TimeSpan.Zero), "Delivery:RetrySchedule must name delays longer than 0.")
            .Validate(o => o.ExpiresAfter > TimeSpan.Zero, "Delivery:ExpiresAfter must be longer than 0.")
            .Validate(
                o => o.LeaseTime >= TimeSpan.FromSeconds(3) && o.LeaseTime <= TimeSpan.FromSeconds(30),
                "Delivery:LeaseTime must be between 00:00:03 and 00:00:30.")
            .Validate(o => o.MaxInMemory > 0 && o.MaxBytesInMemory > 0, "Delivery:MaxInMemory and MaxBytesInMemory must be above 0.")
            .ValidateOnStart();
        services.AddOptions<MessageLimits>()
            .BindConfiguration("Limits", o => o.ErrorOnUnknownConfiguration = true).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<WebhookOptions>()
            .BindConfiguration("Webhooks", o => o.ErrorOnUnknownConfiguration = true)
            .PostConfigure(o => o.RetrySchedule = o.RetrySchedule.Count > 0 ? o.RetrySchedule : WebhookOptions.DefaultRetrySchedule)
            .ValidateOnStart();
        services.AddSingleton<IValidateOptions<WebhookOptions>, WebhookOptionsRules>();
        services.AddOptions<RetentionOptions>()
            .BindConfiguration("Retention", o => o.ErrorOnUnknownConfiguration = true)
            .Validate(o => o.Content > TimeSpan.Zero && o.Log >= o.Content, "Retention:Log must be at least Retention:Content.")
            .Validate(o => o.Webhooks > TimeSpan.Zero, "Retention:Webhooks must be longer than 0.")
            .Validate(o => o.Stats > TimeSpan.Zero, "Retention:Stats must be longer than 0.")
            .Validate(o => o.BatchSize is > 0 and <= 10_000, "Retention:BatchSize must be between 1 and 10000.")
            .ValidateOnStart();
    }

    private static void AddSuppressionOptions(IServiceCollection services) => services.AddOptions<SuppressionOptions>()
        .BindConfiguration("Suppressions", o => o.ErrorOnUnknownConfiguration = true)
        .Validate(o => o.SoftBounces.Threshold is >= 0 and <= 100, "Suppressions:SoftBounces:Threshold must be between 0 and 100.")
        .Validate(
            o => o.SoftBounces.Within > TimeSpan.Zero && o.SoftBounces.Lasts > TimeSpan.Zero,
            "Suppressions:SoftBounces:Within and Suppressions:SoftBounces:Lasts must be longer than 0.")
        .ValidateOnStart();

    private static void AddTemplating(IServiceCollection services)
    {
        services.AddSingleton<TemplateLibrary>();
        services.AddSingleton<RenderTemplate>();
        services.AddSingleton<PublishRules>();
        services.AddSingleton<TemplateStore>();
        services.AddSingleton<PreviewTemplate>();
    }

    private static void AddAccepting(IServiceCollection services)
    {
        services.AddSingleton<Listeners>();
        services.AddSingleton<FreshEvents>();
        services.AddSingleton<EndpointWakes>();
        services.AddSingleton<EventLog>();
        services.AddSingleton<Writer>();
        services.AddSingleton<GroupCommit>();
        services.AddSingleton<NodeIdentity>();
        services.AddSingleton<Orphans>();
        services.AddSingleton<RelayQueue>();
        services.AddSingleton<Parking>();
        services.AddSingleton<Acceptance>();
        services.AddSingleton<ScheduledMessages>();
        services.AddSingleton<SuppressionList>();
        services.AddSingleton<SuppressAddress>();
        services.AddSingleton<ImportSuppressions>();
        services.AddSingleton<PrepareMessage>();
        services.AddSingleton<Idempotency>();
        services.AddSingleton<SendMessage>();
        services.AddSingleton<SendBatch>();
        services.AddSingleton<ValidateMessage>();
    }

    /// <summary>Hosted parts stop in reverse order: the node leaves last, after the last commit.</summary>
    private static void AddRelaying(IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton(provider => new RelaySet(
            Routes(configuration, provider), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<Leases>();
        services.AddSingleton<TakeOvers>();
        services.AddSingleton<AttemptDelivery>();
        services.AddSingleton(typeof(NodeLane<>));
        services.AddSingleton<RelayMessages>();
        services.AddHostedService<NodeKeeper>();
        services.AddHostedService(provider => provider.GetRequiredService<GroupCommit>());
    }

    private static void AddNotifying(IServiceCollection services)
    {
        services.AddSingleton(EventBodies.Wording);
        services.AddSingleton<WebhookClient>();
        services.AddSingleton<NotificationLeases>();
        services.AddSingleton<EndpointHealth>();
        services.AddSingleton<NotifyEndpoint>();
        services.AddSingleton<NotifyWebhooks>();
        services.AddSingleton<ReplayEvents>();
        services.AddSingleton<WebhookRules>();
    }

    private static void AddFeedback(IServiceCollection services)
    {
        services.AddOptions<BounceOptions>()
            .BindConfiguration("Bounces", o => o.ErrorOnUnknownConfiguration = true).ValidateOnStart();
        services.AddSingleton<IValidateOptions<BounceOptions>, BounceOptionsRules>();
        services.AddSingleton<MessageSeals>();
        services.AddSingleton<ServiceHeaders>();
        services.AddSingleton(provider =>
        {
            var options = provider.GetRequiredService<IOptions<BounceOptions>>().Value;
            return new ReturnPaths(
                provider.GetRequiredService<MessageSeals>(), options.ReturnPathMailbox, options.ReturnPathDomain);
        });
        services.AddSingleton<SealKey>();
        services.AddSingleton<MatchReport>();
        services.AddSingleton<RecordReport>();
        services.AddSingleton<ReceiveReport>();
    }

    /// <summary>Reads and checks section <c>Relays</c>: one entry per route, named freely.</summary>
    private static List<IRoute> Routes(IConfiguration configuration, IServiceProvider provider)
    {
        var time = provider.GetRequiredService<TimeProvider>();
        var logger = provider.GetRequiredService<ILogger<Relay>>();
        List<IRoute> routes = [];
        foreach (var section in configuration.GetSection("Relays").GetChildren())
        {
            if (section.GetValue<bool>(nameof(DirectOptions.Direct)))
            {
                var direct = Read<DirectOptions>(section, o => o.Validate(section.Key));
                routes.Add(new DirectDelivery(section.Key, direct, provider.GetRequiredService<Random>(), time, logger));
            }
            else
            {
                var relay = Read<RelayOptions>(section, o => o.Validate(section.Key));
                routes.Add(new SmartHost(new Relay(section.Key, relay, time, logger)));
            }
        }

        return routes;
    }

    private static T Read<T>(IConfigurationSection section, Func<T, IEnumerable<string>> validate)
        where T : class, new()
    {
        var options = section.Get<T>(o => o.ErrorOnUnknownConfiguration = true) ?? new T();
        var errors = validate(options).ToList();
        return errors.Count == 0 ? options : throw new OptionsValidationException(section.Key, typeof(T), errors);
    }
}

/// <summary>Checks section <c>Webhooks</c>.</summary>
internal sealed class WebhookOptionsRules : IValidateOptions<WebhookOptions>
{
    public ValidateOptionsResult Validate(string? name, WebhookOptions options)
    {
        var faults = options.Validate().ToList();
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
