using MailApi.Core.Domain;
using MailApi.Core.Templating;
using MailApi.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace MailApi.Messages.Sending;

/// <summary>Why a message of the right shape is not accepted.</summary>
internal static class MessageProblems
{
    /// <summary>One thing is wrong with the message.</summary>
    public static Refusal Refused(string pointer, string code, string detail)
    {
        FieldError error = new(pointer, code, detail);
        return new Refusal(Problems.Invalid([error]), [error]);
    }

    public static Refusal FromNotAllowed()
    {
        FieldError error = new("/from", "from_not_allowed", "This key may not send from this address.");
        return new Refusal(Problems.Forbidden(error.Code, error.Detail), [error]);
    }

    public static Refusal MayNotIgnoreSuppression()
    {
        FieldError error = new(
            "/ignore_suppression", "missing_scope", $"ignore_suppression needs a key with the scope '{Scopes.Suppressions}'.");
        return new Refusal(Problems.Forbidden(error.Code, error.Detail), [error]);
    }

    public static Refusal UnknownTemplate(TemplateFault fault)
    {
        FieldError error = new($"/template{fault.Pointer}", fault.Code, fault.Detail);
        return new Refusal(Problems.Unprocessable(error.Code, error.Detail, [error]), [error]);
    }

    /// <summary>Everything that stands between the data and a message.</summary>
    public static Refusal RenderFailed(IReadOnlyList<TemplateFault> faults)
    {
        List<FieldError> errors = [.. faults.Select(f => new FieldError($"/template{f.Pointer}", f.Code, f.Detail))];
        var detail = errors.Count == 1 ? errors[0].Detail : $"{errors.Count} things are wrong; see errors.";
        return new Refusal(Problems.Unprocessable("template_render_failed", detail, errors), errors);
    }

    public static ProblemHttpResult AllSuppressed(IReadOnlyList<Recipient> recipients) => Problems.Unprocessable(
        "all_recipients_suppressed",
        "Every recipient is on the suppression list; nothing was queued.",
        [.. recipients.Select((r, i) => new FieldError($"/{Names.Of(r.Kind)}/{PlaceOf(recipients, i)}", "suppressed", $"Suppressed: {r.Reason}."))]);

    /// <summary>Recipients count on over to, cc and bcc; a pointer counts within its field.</summary>
    private static int PlaceOf(IReadOnlyList<Recipient> recipients, int index) =>
        recipients.Take(index).Count(r => r.Kind == recipients[index].Kind);
}
