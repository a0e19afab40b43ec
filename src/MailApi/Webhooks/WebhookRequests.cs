using FluentValidation;

namespace MailApi.Webhooks;

/// <summary>An endpoint to be told what happens.</summary>
/// <param name="Url">
/// https or http. A name is looked up at every connection, and private addresses are refused unless the service is
/// configured to reach them.
/// </param>
/// <param name="Events">Types of events: <c>message.bounced</c>, <c>message.*</c> for a family, <c>*</c> for all.</param>
/// <param name="Tags">Only events of messages with one of these tags.</param>
/// <param name="Description">For people.</param>
/// <param name="Headers">Sent with every request. Answers show their names alone.</param>
/// <param name="Enabled">False: nothing is told, nor kept to be told later.</param>
public sealed record CreateWebhookRequest(
    string Url,
    IReadOnlyList<string> Events,
    IReadOnlyList<string>? Tags = null,
    string? Description = null,
    IReadOnlyDictionary<string, string>? Headers = null,
    bool Enabled = true);

/// <summary>What to change; what is left out stays.</summary>
/// <param name="Url">See the creation.</param>
/// <param name="Events">See the creation.</param>
/// <param name="Tags">An empty list: events of any message.</param>
/// <param name="Description">For people.</param>
/// <param name="Headers">All of them: those that are not named are sent no more.</param>
/// <param name="Enabled">True lets a disabled endpoint hear again; what it missed can be replayed.</param>
public sealed record UpdateWebhookRequest(
    string? Url = null,
    IReadOnlyList<string>? Events = null,
    IReadOnlyList<string>? Tags = null,
    string? Description = null,
    IReadOnlyDictionary<string, string>? Headers = null,
    bool? Enabled = null);

/// <summary>Which past events to tell again.</summary>
/// <param name="Since">Not before this time.</param>
/// <param name="Until">Before this time; default now.</param>
/// <param name="Types">Types or patterns; default what the endpoint listens to.</param>
public sealed record ReplayWebhookRequest(DateTimeOffset Since, DateTimeOffset? Until = null, IReadOnlyList<string>? Types = null);

internal sealed class CreateWebhookRequestValidator : AbstractValidator<CreateWebhookRequest>
{
    public CreateWebhookRequestValidator(WebhookRules rules)
    {
        rules.Url(RuleFor(w => w.Url));
        RuleFor(w => w.Events).Patterns();
        RuleFor(w => w.Tags).Tags();
        RuleFor(w => w.Description).Description();
        RuleFor(w => w.Headers).Headers();
    }
}

internal sealed class UpdateWebhookRequestValidator : AbstractValidator<UpdateWebhookRequest>
{
    public UpdateWebhookRequestValidator(WebhookRules rules)
    {
        rules.Url(RuleFor(w => w.Url));
        RuleFor(w => w.Events).Patterns();
        RuleFor(w => w.Tags).Tags();
        RuleFor(w => w.Description).Description();
        RuleFor(w => w.Headers).Headers();
    }
}

internal sealed class ReplayWebhookRequestValidator : AbstractValidator<ReplayWebhookRequest>
{
    public ReplayWebhookRequestValidator(TimeProvider time)
    {
        RuleFor(r => r.Since).Must((r, since) => since < (r.Until ?? time.GetUtcNow()))
            .WithErrorCode("out_of_range").WithMessage("since lies before until, and in the past.");
        RuleFor(r => r.Types).Patterns();
    }
}
