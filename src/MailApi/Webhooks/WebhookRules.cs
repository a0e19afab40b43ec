using System.Net;
using FluentValidation;
using FluentValidation.Results;
using MailApi.Core.Domain;
using MailApi.Core.Notifications.Sending;
using MailApi.Http;
using Microsoft.Extensions.Options;

namespace MailApi.Webhooks;

/// <summary>Rules that creating and changing an endpoint share.</summary>
internal sealed class WebhookRules(IOptions<WebhookOptions> options)
{
    private readonly IReadOnlyList<IPNetwork> _allowed = [.. options.Value.AllowedNetworks.Select(n => IPNetwork.Parse(n))];

    public void Url<T>(IRuleBuilderInitial<T, string?> rule) => rule.Custom((url, context) =>
    {
        if (url is not null && !WebhookUrl.TryParse(url, _allowed, out _, out var error))
        {
            context.AddFailure(new ValidationFailure(context.PropertyPath, error) { ErrorCode = "invalid_url" });
        }
    });
}

/// <summary>Rules that need no setting.</summary>
internal static class WebhookFieldRules
{
    private const int MaxPatterns = 50;
    private const int MaxTags = 10;
    private const int MaxTag = 64;
    private const int MaxDescription = 500;
    private const int MaxHeaders = 20;

    public static void Patterns<T>(this IRuleBuilder<T, IReadOnlyList<string>?> rule) => rule
        .Must(p => p is null or { Count: > 0 and <= MaxPatterns })
        .WithErrorCode("out_of_range").WithMessage($"Name 1 to {MaxPatterns} types of events.")
        .Must(p => p is null || p.All(EventPattern.IsKnown))
        .WithErrorCode("unknown_value").WithMessage(
            $"A type is one of {string.Join(", ", EventTypes.All)}, or a pattern such as message.* or *.");

    public static void Tags<T>(this IRuleBuilder<T, IReadOnlyList<string>?> rule) => rule
        .SetValidator(new CountValidator<T, string>(MaxTags)).WithErrorCode("too_many")
        .Must(tags => tags is null || tags.All(t => t.Length is > 0 and <= MaxTag && !t.Contains('\0', StringComparison.Ordinal)))
        .WithErrorCode("invalid_tag").WithMessage($"A tag has 1 to {MaxTag} characters.");

    public static void Description<T>(this IRuleBuilder<T, string?> rule) => rule
        .MaximumLength(MaxDescription).WithErrorCode("too_long")
        .Must(d => d?.Contains('\0', StringComparison.Ordinal) != true)
        .WithErrorCode("invalid_character").WithMessage("NUL characters are not allowed here.");

    public static void Headers<T>(this IRuleBuilderInitial<T, IReadOnlyDictionary<string, string>?> rule) =>
        rule.Custom((headers, context) =>
        {
            if (headers?.Count > MaxHeaders)
            {
                context.AddFailure(new ValidationFailure(context.PropertyPath, $"At most {MaxHeaders} headers are allowed.")
                {
                    ErrorCode = "too_many",
                });
                return;
            }

            foreach (var (name, value) in headers ?? new Dictionary<string, string>())
            {
                if (CustomHeaders.Check(name, value) is { } error)
                {
                    context.AddFailure(new ValidationFailure($"{context.PropertyPath}.{Pointers.Key(name)}", error)
                    {
                        ErrorCode = "invalid_header",
                    });
                }
            }
        });
}
