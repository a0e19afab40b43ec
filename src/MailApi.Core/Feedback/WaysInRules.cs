using MailApi.Core.Feedback.Relays;
using Microsoft.Extensions.Options;

namespace MailApi.Core.Feedback;

/// <summary>Checks the parts of section <c>Bounces</c> that say how reports arrive.</summary>
public sealed class WaysInRules : IValidateOptions<BounceOptions>
{
    public ValidateOptionsResult Validate(string? name, BounceOptions options)
    {
        var faults = options.Mailbox.Validate().Concat(RelayWebhookRules.Check(options)).ToList();
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
