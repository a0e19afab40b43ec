using MailApi.Core.Feedback;
using MailApi.Core.Feedback.Mailboxes;
using MailApi.Core.Feedback.Relays;
using Microsoft.Extensions.Options;

namespace MailApi.Hosting;

/// <summary>How reports get in: a mailbox, and what relays post.</summary>
internal static class WaysIn
{
    public static void AddWaysIn(this IServiceCollection services)
    {
        services.AddSingleton<IValidateOptions<BounceOptions>, WaysInRules>();
        services.AddSingleton<MailboxLeases>();
        services.AddSingleton<PollMailbox>();
        services.AddSingleton<AmazonClient>();
        services.AddSingleton<AmazonFetch>(provider => provider.GetRequiredService<AmazonClient>().GetAsync);
        services.AddSingleton<SnsSignature>();
        services.AddSingleton<MailgunSignature>();
    }
}
