using MailApi.Core.Domain;
using Microsoft.Extensions.Options;

namespace MailApi.Core.Feedback;

/// <summary>Checks section <c>Bounces</c>.</summary>
public sealed class BounceOptionsRules : IValidateOptions<BounceOptions>
{
    private const int MinKey = 32;

    public ValidateOptionsResult Validate(string? name, BounceOptions options)
    {
        var faults = Faults(options).ToList();
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static IEnumerable<string> Faults(BounceOptions options)
    {
        if (options.ReturnPathDomain.Length > 0 && !EmailAddress.TryParse($"b@{options.ReturnPathDomain}", out _, out var error))
        {
            yield return $"Bounces:ReturnPathDomain must be a domain such as bounces.example.com. {error}";
        }

        if (options.ReturnPathMailbox.Length > ReturnPaths.MaxMailbox || !IsMailbox(options.ReturnPathMailbox))
        {
            yield return $"Bounces:ReturnPathMailbox must have 1 to {ReturnPaths.MaxMailbox} letters, digits, dots or hyphens.";
        }

        if (options.ReturnPathKey.Length is > 0 and < MinKey)
        {
            yield return $"Bounces:ReturnPathKey must have at least {MinKey} characters.";
        }
    }

    private static bool IsMailbox(string text) =>
        text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-')
        && EmailAddress.TryParse($"{text}@example.com", out _, out _);
}
