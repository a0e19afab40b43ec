using FluentValidation;
using MailApi.Core.Domain;
using MailApi.Core.Templating;
using MailApi.Http;
using Microsoft.Extensions.Options;

namespace MailApi.Templates;

/// <summary>Rules that requests about templates share. What the sources say is for the compiler to judge.</summary>
internal static class TemplateRules
{
    private const int MaxName = 200;
    private const int MaxLine = 10_000;
    private const int MaxHeaders = 50;

    public static void ContentRules<T>(this AbstractValidator<T> validator)
        where T : TemplateContentRequest
    {
        validator.RuleFor(t => t.Subject).MaximumLength(MaxLine).WithErrorCode("too_long").NoNul();
        validator.RuleFor(t => t.Html).NoNul();
        validator.RuleFor(t => t.Text).NoNul();
        validator.RuleFor(t => t.Preheader).MaximumLength(MaxLine).WithErrorCode("too_long").NoNul();
        validator.RuleFor(t => t.Layout).Slug();
        validator.RuleFor(t => t.Headers)
            .SetValidator(new CountValidator<T, KeyValuePair<string, string>>(MaxHeaders))
            .WithErrorCode("too_many").WithMessage($"A template has at most {MaxHeaders} headers.")
            .Must(h => h is null || h.Values.All(v => v.Length <= MaxLine && !v.Contains('\0', StringComparison.Ordinal)))
            .WithErrorCode("invalid_header").WithMessage($"A header has at most {MaxLine} characters, and no NUL.");
        validator.RuleFor(t => t.Locale).Locale();
    }

    public static void Name<T>(this IRuleBuilder<T, string?> rule) =>
        rule.MaximumLength(MaxName).WithErrorCode("too_long").NoNul();

    public static void Slug<T>(this IRuleBuilder<T, string?> rule) => rule
        .Must(s => s is null || TemplateName.IsSlug(s)).WithErrorCode("invalid_slug").WithMessage(TemplateName.SlugRule);

    public static void Locale<T>(this IRuleBuilder<T, string?> rule) => rule
        .Must(l => l is null || LanguageTag.TryNormalize(l, out _))
        .WithErrorCode("invalid_locale").WithMessage("A locale is a language tag such as de or de-AT (RFC 5646).");

    public static void Version<T>(this IRuleBuilder<T, int?> rule) =>
        rule.GreaterThan(0).WithErrorCode("out_of_range").WithMessage("Versions count from 1.");

    private static IRuleBuilderOptions<T, string?> NoNul<T>(this IRuleBuilder<T, string?> rule) => rule
        .Must(text => text?.Contains('\0', StringComparison.Ordinal) != true)
        .WithErrorCode("invalid_character").WithMessage("NUL characters are not allowed here.");
}

internal sealed class CreateTemplateRequestValidator : AbstractValidator<CreateTemplateRequest>
{
    public CreateTemplateRequestValidator()
    {
        RuleFor(t => t.Slug).Slug();
        RuleFor(t => t.Name).Name();
        this.ContentRules();
        RuleFor(t => t).Must(t => t.Html is not null || t.Text is not null)
            .OverridePropertyName("").WithErrorCode("no_content").WithMessage("Give html, text or both.");
    }
}

internal sealed class UpdateTemplateRequestValidator : AbstractValidator<UpdateTemplateRequest>
{
    public UpdateTemplateRequestValidator()
    {
        RuleFor(t => t.Slug).Slug();
        RuleFor(t => t.Name).Name();
        this.ContentRules();
    }
}

internal sealed class CreateVersionRequestValidator : AbstractValidator<CreateVersionRequest>
{
    public CreateVersionRequestValidator()
    {
        this.ContentRules();
        RuleFor(t => t).Must(t => t.Html is not null || t.Text is not null)
            .OverridePropertyName("").WithErrorCode("no_content").WithMessage("Give html, text or both.");
    }
}

internal sealed class PublishTemplateRequestValidator : AbstractValidator<PublishTemplateRequest>
{
    public PublishTemplateRequestValidator() => RuleFor(p => p.Version).Version();
}

internal sealed class RenderTemplateRequestValidator : AbstractValidator<RenderTemplateRequest>
{
    public RenderTemplateRequestValidator(IOptions<MessageLimits> limits)
    {
        RuleFor(r => r.Version).Version();
        RuleFor(r => r.Locale).Locale();
        RuleFor(r => r.Data).TemplateData(limits.Value);
    }
}

internal sealed class CopyTemplateRequestValidator : AbstractValidator<CopyTemplateRequest>
{
    public CopyTemplateRequestValidator()
    {
        RuleFor(c => c.Slug).Slug();
        RuleFor(c => c.OnConflict).Must(c => c is null or "fail" or "new_version")
            .WithErrorCode("unknown_value").WithMessage("on_conflict is fail or new_version.");
    }
}
