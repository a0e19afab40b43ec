using MailApi.Core.Data;
using MailApi.Core.Domain;
using MailApi.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace MailApi.Webhooks;

/// <summary>Look-ups that several operations share. Each names the project: a foreign endpoint is an unknown one.</summary>
internal static class WebhookQueries
{
    public const string ManuallyDisabled = "manual";

    public static Task<Webhook?> FindWebhookAsync(
        this MailDb db, ApiCaller caller, Id<Webhook> id, CancellationToken cancellationToken) =>
        db.Webhooks.SingleOrDefaultAsync(w => w.ProjectId == caller.ProjectId && w.Id == id, cancellationToken);

    public static ProblemHttpResult NotFound() => Problems.NotFound("webhook");

    public static ProblemHttpResult Disabled() => Problems.Conflict(
        "webhook_disabled", "This endpoint is disabled; enable it first with PATCH {\"enabled\": true}.");
}

/// <summary>A page of the endpoints of a project, newest first.</summary>
internal static class ListWebhooks
{
    public static Task<IResult> HandleAsync(
        HttpContext context, ApiCaller caller, MailDb db, CancellationToken cancellationToken) => IdPages.AnswerAsync(
            context, db.Webhooks.AsNoTracking().Where(w => w.ProjectId == caller.ProjectId), w => w.Id,
            shown => WebhookResponse.WithPendingAsync(db, shown, cancellationToken), cancellationToken);
}

/// <summary>One endpoint.</summary>
internal static class GetWebhook
{
    public static async Task<Results<Ok<WebhookResponse>, ProblemHttpResult>> HandleAsync(
        Id<Webhook> id, ApiCaller caller, MailDb db, CancellationToken cancellationToken) =>
        await db.FindWebhookAsync(caller, id, cancellationToken) is { } webhook
            ? TypedResults.Ok((await WebhookResponse.WithPendingAsync(db, [webhook], cancellationToken))[0])
            : WebhookQueries.NotFound();
}
