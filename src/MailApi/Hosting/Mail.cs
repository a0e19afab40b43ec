using MailApi.Core.Accepting;
using MailApi.Core.Data.Writing;
using MailApi.Core.Delivery;
using MailApi.Core.Retention;
using MailApi.Core.Routing;
using MailApi.Core.Smtp;
using MailApi.Messages.Sending;
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
        AddAccepting(services);
        AddRelaying(services, configuration);
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
        services.AddOptions<RetentionOptions>()
            .BindConfiguration("Retention", o => o.ErrorOnUnknownConfiguration = true)
            .Validate(o => o.Content > TimeSpan.Zero && o.Log >= o.Content, "Retention:Log must be at least Retention:Content.")
            .Validate(o => o.BatchSize is > 0 and <= 10_000, "Retention:BatchSize must be between 1 and 10000.")
            .ValidateOnStart();
    }

    private static void AddAccepting(IServiceCollection services)
    {
        services.AddSingleton<Writer>();
        services.AddSingleton<GroupCommit>();
        services.AddSingleton<NodeIdentity>();
        services.AddSingleton<Orphans>();
        services.AddSingleton<RelayQueue>();
        services.AddSingleton<Acceptance>();
        services.AddSingleton<ScheduledMessages>();
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
            [.. RelayOptionsOf(configuration).Select(r => new Relay(
                r.Key, r.Value, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<Relay>>()))],
            provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<Leases>();
        services.AddSingleton<TakeOvers>();
        services.AddSingleton<AttemptDelivery>();
        services.AddSingleton<RelayLane>();
        services.AddSingleton<RelayMessages>();
        services.AddHostedService<NodeKeeper>();
        services.AddHostedService(provider => provider.GetRequiredService<GroupCommit>());
    }

    /// <summary>Reads and checks section <c>Relays</c>: one entry per relay, named freely.</summary>
    public static IReadOnlyDictionary<string, RelayOptions> RelayOptionsOf(IConfiguration configuration)
    {
        var relays = new Dictionary<string, RelayOptions>();
        foreach (var section in configuration.GetSection("Relays").GetChildren())
        {
            var options = section.Get<RelayOptions>(o => o.ErrorOnUnknownConfiguration = true) ?? new RelayOptions();
            var errors = options.Validate(section.Key).ToList();
            if (errors.Count > 0)
            {
                throw new OptionsValidationException(section.Key, typeof(RelayOptions), errors);
            }

            relays.Add(section.Key, options);
        }

        return relays;
    }
}
