using FluentValidation;
using MailApi.Core.Composing;
using MailApi.Core.Domain;
using MailApi.Core.Templating;
using MailApi.Http;
using Microsoft.Extensions.Options;

namespace MailApi.Messages.Sending;

/// <summary>The shape of a message; what depends on the caller or the database is looked at later.</summary>
internal class SendMessageRequestValidator : AbstractValidator<SendMessageRequest>
{
    /// <summary>A <c>send_at</c> this far in the past still means now.</summary>
    private static readonly TimeSpan Lateness = TimeSpan.FromSeconds(60);

    public SendMessageRequestValidator(IOptions<MessageLimits> limits, TimeProvider time)
    {
        AddressRules(limits.Value);
        ContentRules(limits.Value, new TemplateInputValidator(limits));
        HeaderRulesOf(limits.Value);
        LabelRules(limits.Value);
        ScheduleRules(limits.Value, time);
        SuppressionRules();
    }

    private void AddressRules(MessageLimits limits)
    {
        RuleFor(m => m.From).Address();
        RuleFor(m => m.To).Addresses(limits.Recipients, atLeastOne: true);
        RuleFor(m => m.Cc).Addresses(limits.Recipients, atLeastOne: false);
        RuleFor(m => m.Bcc).Addresses(limits.Recipients, atLeastOne: false);
        RuleFor(m => m.ReplyTo).Addresses(limits.Recipients, atLeastOne: false);
        RuleFor(m => m)
            .Must(m => Count(m.To) + Count(m.Cc) + Count(m.Bcc) <= limits.Recipients)
            .OverridePropertyName("To").WithErrorCode("too_many")
            .WithMessage($"A message has at most {limits.Recipients} recipients in to, cc and bcc together.");
    }

    private void ContentRules(MessageLimits limits, TemplateInputValidator template)
    {
        RuleFor(m => m.Subject)
            .NotNull().When(m => m.Raw is null && m.Template is null).WithErrorCode("required").WithMessage("Give a subject; it may be empty.")
            .Null().When(m => m.Raw is not null, ApplyConditionTo.CurrentValidator).WithErrorCode("conflict")
            .WithMessage("The subject of a raw message is in its header.")
            .MaximumLength(limits.Subject).WithErrorCode("too_long")
            .Line();
        RuleFor(m => m.Html).MaximumLength(limits.Body).WithErrorCode("too_long");
        RuleFor(m => m.Text).MaximumLength(limits.Body).WithErrorCode("too_long");
        RuleFor(m => m)
            .Must(m => m.Html is not null || m.Text is not null || m.Template is not null || m.Raw is not null)
            .OverridePropertyName("").WithErrorCode("no_content")
            .WithMessage("Give html, text or both, or template, or raw.");
        RuleFor(m => m.Template)
            .Must((m, template) => template is null || (m.Html is null && m.Text is null && m.Raw is null))
            .WithErrorCode("conflict").WithMessage("template is the whole content: leave out html, text and raw.")
            .SetValidator(template!);
        RuleFor(m => m.Raw)
            .Must((m, raw) => raw is null || (m.Html is null && m.Text is null && m.Attachments is null && m.Headers is null))
            .WithErrorCode("conflict").WithMessage("raw is a whole message: leave out html, text, headers and attachments.")
            .Base64();
        RuleFor(m => m.Attachments)
            .SetValidator(new CountValidator<SendMessageRequest, AttachmentInput>(limits.Attachments))
            .WithErrorCode("too_many").WithMessage($"A message has at most {limits.Attachments} attachments.");
        RuleForEach(m => m.Attachments).SetValidator(new AttachmentInputValidator());
    }

    private void HeaderRulesOf(MessageLimits limits)
    {
        RuleFor(m => m.Headers)
            .SetValidator(new CountValidator<SendMessageRequest, KeyValuePair<string, string>>(limits.Headers))
            .WithErrorCode("too_many").WithMessage($"A message has at most {limits.Headers} headers of its own.");
        RuleFor(m => m.Headers).Custom((headers, context) =>
        {
            foreach (var (name, value) in headers ?? new Dictionary<string, string>())
            {
                if (HeaderRules.Refusal(name, value) is { } refusal)
                {
                    context.Refuse($"Headers.{Pointers.Key(name)}", refusal.Code, refusal.Detail);
                }
                else if (value.Length > limits.Header)
                {
                    context.Refuse(
                        $"Headers.{Pointers.Key(name)}", "too_long", $"A header value has at most {limits.Header} characters.");
                }
            }
        });
    }

    private void LabelRules(MessageLimits limits)
    {
        RuleFor(m => m.Tags)
            .SetValidator(new CountValidator<SendMessageRequest, string>(limits.Tags))
            .WithErrorCode("too_many").WithMessage($"A message has at most {limits.Tags} tags.");
        RuleForEach(m => m.Tags)
            .NotEmpty().WithErrorCode("required")
            .MaximumLength(limits.Tag).WithErrorCode("too_long").Line();
        RuleFor(m => m.Metadata)
            .SetValidator(new CountValidator<SendMessageRequest, KeyValuePair<string, string>>(limits.Metadata))
            .WithErrorCode("too_many").WithMessage($"Metadata has at most {limits.Metadata} entries.");
        RuleFor(m => m.Metadata).Custom((metadata, context) =>
        {
            foreach (var (name, value) in metadata ?? new Dictionary<string, string>())
            {
                if (name.Length > limits.MetadataName || value.Length > limits.MetadataValue)
                {
                    context.Refuse(
                        $"Metadata.{Pointers.Key(name)}", "too_long",
                        $"A metadata name has at most {limits.MetadataName} characters, a value {limits.MetadataValue}.");
                }
                else if (name.Contains('\0', StringComparison.Ordinal) || value.Contains('\0', StringComparison.Ordinal))
                {
                    context.Refuse($"Metadata.{Pointers.Key(name)}", "invalid_character", "Metadata has no NUL characters.");
                }
            }
        });
    }

    private void ScheduleRules(MessageLimits limits, TimeProvider time)
    {
        RuleFor(m => m.SendAt)
            .Must(t => t is null || t <= time.GetUtcNow() + limits.SendAtAhead)
            .WithErrorCode("too_far_ahead").WithMessage($"send_at lies at most {limits.SendAtAhead.TotalDays:0} days ahead.")
            .Must(t => t is null || t >= time.GetUtcNow() - Lateness)
            .WithErrorCode("in_the_past").WithMessage("send_at lies in the past; leave it out to send now.");
        RuleFor(m => m.Priority)
            .Must(p => p is null || Names.TryParse<Priority>(p, out _))
            .WithErrorCode("unknown_value").WithMessage($"priority is one of {Names.All<Priority>()}.");
    }

    /// <summary>A complaint and an unsubscription are the recipient's own word; a sender does not overrule it.</summary>
    private void SuppressionRules() => RuleForEach(m => m.IgnoreSuppression)
        .Must(reason => reason is "soft_bounce" or "hard_bounce" or "manual")
        .WithErrorCode("unknown_value")
        .WithMessage("ignore_suppression names soft_bounce, hard_bounce or manual; what recipients asked for is kept.");

    private static int Count(AddressListInput? list) => list?.Items.Count ?? 0;
}

/// <summary>The shape of what names a template.</summary>
internal sealed class TemplateInputValidator : AbstractValidator<TemplateInput>
{
    public TemplateInputValidator(IOptions<MessageLimits> limits)
    {
        RuleFor(t => t.Id).NotEmpty().WithErrorCode("required").WithMessage("Give the slug or the id of a template.")
            .MaximumLength(TemplateName.MaxSlug).WithErrorCode("too_long").Line();
        RuleFor(t => t.Version).GreaterThan(0).WithErrorCode("out_of_range").WithMessage("Versions count from 1.");
        RuleFor(t => t.Locale).Must(l => l is null || LanguageTag.TryNormalize(l, out _))
            .WithErrorCode("invalid_locale").WithMessage("A locale is a language tag such as de or de-AT (RFC 5646).");
        RuleFor(t => t.Data).TemplateData(limits.Value);
    }
}

/// <summary>The shape of an attachment.</summary>
internal sealed class AttachmentInputValidator : AbstractValidator<AttachmentInput>
{
    public AttachmentInputValidator()
    {
        RuleFor(a => a.Filename).NotEmpty().WithErrorCode("required").MaximumLength(255).WithErrorCode("too_long").Line();
        RuleFor(a => a.Content).Base64();
        RuleFor(a => a.ContentType)
            .Must(t => t is null || HeaderRules.IsMediaType(t)).WithErrorCode("invalid_content_type")
            .WithMessage("content_type is a media type such as application/pdf.");
        RuleFor(a => a.ContentId)
            .Must(i => i is null || HeaderRules.IsContentId(i)).WithErrorCode("invalid_content_id")
            .WithMessage("content_id has 1 to 128 visible ASCII characters without <, > and spaces.");
    }
}

/// <summary>The shape of a batch; each message is looked at by itself.</summary>
internal sealed class SendBatchRequestValidator : AbstractValidator<SendBatchRequest>
{
    public SendBatchRequestValidator(IOptions<MessageLimits> limits)
    {
        RuleFor(b => b.Messages)
            .NotEmpty().WithErrorCode("required").WithMessage("A batch has at least one message.")
            .SetValidator(new CountValidator<SendBatchRequest, BatchMessageRequest>(limits.Value.BatchMessages))
            .WithErrorCode("too_many").WithMessage($"A batch has at most {limits.Value.BatchMessages} messages.");
        RuleFor(b => b.Mode)
            .Must(m => m is null or "atomic" or "partial")
            .WithErrorCode("unknown_value").WithMessage("mode is atomic or partial.");
    }
}
