using System.Net;
using FluentValidation;
using MailApi.Core.Domain;
using MailApi.Http;

namespace MailApi.ApiKeys;

/// <summary>Rules that creating and changing a key share.</summary>
internal static class ApiKeyRules
{
    public static IRuleBuilderOptions<T, string?> KeyName<T>(this IRuleBuilder<T, string?> rule) => rule
        .Must(n => n is null || n.Trim().Length > 0).WithErrorCode("required").WithMessage("A name is not empty.")
        .MaximumLength(200).WithErrorCode("too_long")
        .Must(n => n?.Contains('\0', StringComparison.Ordinal) != true).WithErrorCode("invalid_character");

    public static IRuleBuilderOptions<T, IReadOnlyList<string>?> KeyScopes<T>(this IRuleBuilder<T, IReadOnlyList<string>?> rule) =>
        rule.Must(s => s is null || (s.Count > 0 && s.All(Scopes.All.Contains)))
            .WithErrorCode("unknown_value").WithMessage($"Scopes are one or more of {string.Join(", ", Scopes.All)}.");

    public static IRuleBuilderOptions<T, string> Sender<T>(this IRuleBuilder<T, string> rule) => rule
        .Must(a => EmailAddress.TryParse(a.Contains('@') ? a : $"a@{a}", out _, out _))
        .WithErrorCode("invalid_address").WithMessage("Name domains or addresses: acme.example, a@acme.example.");

    public static IRuleBuilderOptions<T, string> Network<T>(this IRuleBuilder<T, string> rule) => rule
        .Must(n => IPNetwork.TryParse(n, out _))
        .WithErrorCode("invalid_network").WithMessage("A network is written as 10.0.0.0/8.");

    public static IRuleBuilderOptions<T, RateLimitSetting?> Limit<T>(this IRuleBuilder<T, RateLimitSetting?> rule) => rule
        .Must(r => r is null or { Limit: > 0 and <= 1_000_000, Window: > 0 and <= 86_400 })
        .WithErrorCode("out_of_range").WithMessage("limit is 1 to 1000000 requests, window 1 to 86400 seconds.");

    /// <summary>Nobody gives away more than they have; null when all is well.</summary>
    public static FieldError? Exceeds(ApiCaller caller, IReadOnlyList<string> scopes, IReadOnlyList<string> allowedFrom)
    {
        if (scopes.FirstOrDefault(s => !Scopes.Include(caller.Scopes, s)) is { } scope)
        {
            return new FieldError("/scopes", "exceeds_own_rights", $"Your own key does not have the scope '{scope}'.");
        }

        var narrower = caller.AllowedFrom.Count == 0
            || (allowedFrom.Count > 0 && allowedFrom.All(a => caller.AllowedFrom.Contains(a)
                || (a.Contains('@') && caller.AllowedFrom.Contains(a[(a.LastIndexOf('@') + 1)..]))));
        return narrower
            ? null
            : new FieldError("/allowed_from", "exceeds_own_rights", "Your own key is limited to fewer senders.");
    }
}
