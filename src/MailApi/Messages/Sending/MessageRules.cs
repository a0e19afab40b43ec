using FluentValidation;
using FluentValidation.Results;
using MailApi.Core.Composing;

namespace MailApi.Messages.Sending;

/// <summary>Rules that several fields of a message share.</summary>
internal static class MessageRules
{
    /// <summary>One mailbox that can be written to.</summary>
    public static void Address<T>(this IRuleBuilderInitial<T, AddressInput> rule) => rule.Custom((input, context) =>
    {
        if (!input.TryGetMailbox(out _, out var error))
        {
            context.Refuse(context.PropertyPath, "invalid_address", error);
        }
    });

    /// <summary>A list of mailboxes; each bad one is named by its place.</summary>
    public static void Addresses<T>(this IRuleBuilderInitial<T, AddressListInput?> rule, int most, bool atLeastOne) =>
        rule.Custom((list, context) =>
        {
            var items = list?.Items ?? [];
            if (atLeastOne && items.Count == 0)
            {
                context.Refuse(context.PropertyPath, "required", "Name at least one recipient.");
            }
            else if (items.Count > most)
            {
                context.Refuse(context.PropertyPath, "too_many", $"At most {most} addresses are allowed.");
                return;
            }

            for (var i = 0; i < items.Count; i++)
            {
                if (!items[i].TryGetMailbox(out _, out var error))
                {
                    var path = list!.IsSingle ? context.PropertyPath : $"{context.PropertyPath}[{i}]";
                    context.Refuse(path, "invalid_address", error);
                }
            }
        });

    /// <summary>One line: no CR, LF or NUL, which would end a header field.</summary>
    public static void Line<T>(this IRuleBuilder<T, string?> rule) => rule
        .Must(text => text is null || !HeaderRules.HasLineBreakOrNul(text))
        .WithErrorCode("invalid_character").WithMessage("Line breaks and NUL characters are not allowed here.");

    /// <summary>Base64 (RFC 4648 §4).</summary>
    public static void Base64<T>(this IRuleBuilder<T, string?> rule) => rule
        .Must(text => text is null || System.Buffers.Text.Base64.IsValid(text))
        .WithErrorCode("invalid_base64").WithMessage("This is not base64 (RFC 4648, with padding).");

    /// <summary>Adds a failure at a path of the request.</summary>
    public static void Refuse<T>(this ValidationContext<T> context, string path, string code, string detail) =>
        context.AddFailure(new ValidationFailure(path, detail) { ErrorCode = code });
}
