using MailApi.Core.Domain;
using MailApi.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace MailApi.Messages.Sending;

/// <summary>Why a message of the right shape is not accepted.</summary>
internal static class MessageProblems
{
    public static ProblemHttpResult Refused(IReadOnlyList<FieldError> errors) =>
        errors is [{ Code: "from_not_allowed" } error]
            ? Problems.Forbidden(error.Code, error.Detail)
            : Problems.Invalid(errors);

    public static ProblemHttpResult AllSuppressed(IReadOnlyList<Recipient> recipients) => Problems.Unprocessable(
        "all_recipients_suppressed",
        "Every recipient is on the suppression list; nothing was queued.",
        [.. recipients.Select((r, i) => new FieldError($"/{Names.Of(r.Kind)}/{PlaceOf(recipients, i)}", "suppressed", $"Suppressed: {r.Reason}."))]);

    /// <summary>Recipients count on over to, cc and bcc; a pointer counts within its field.</summary>
    private static int PlaceOf(IReadOnlyList<Recipient> recipients, int index) =>
        recipients.Take(index).Count(r => r.Kind == recipients[index].Kind);
}
