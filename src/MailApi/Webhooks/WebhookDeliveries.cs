using MailApi.Core.Data;
using MailApi.Core.Data.Events;
using MailApi.Core.Data.Writing;
using MailApi.Core.Domain;
using MailApi.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace MailApi.Webhooks;

/// <summary>The log of an endpoint, newest first.</summary>
internal static class ListWebhookDeliveries
{
    public static async Task<IResult> HandleAsync(
        Id<Webhook> id, HttpContext context, ApiCaller caller, MailDb db, CancellationToken cancellationToken)
    {
        var query = new QueryReader(context.Request);
        var status = query.Enum<WebhookDeliveryStatus>("status");
        var type = query.OneOf("type", EventTypes.All);
        var e = query.Id<Event>("event_id");
        if (query.Problem is { } problem)
        {
            return problem;
        }

        if (await db.FindWebhookAsync(caller, id, cancellationToken) is null)
        {
            return WebhookQueries.NotFound();
        }

        var rows = db.WebhookDeliveries.AsNoTracking().Where(d => d.WebhookId == id);
        rows = status is null ? rows : rows.Where(d => d.Status == status);
        rows = type is null ? rows : rows.Where(d => d.EventType == type);
        rows = e is null ? rows : rows.Where(d => d.EventId == e);
        return await IdPages.AnswerAsync(context, rows, d => d.Id, WebhookDeliveryResponse.Of, cancellationToken);
    }
}

/// <summary>Tells an event again, now; its schedule starts from the beginning.</summary>
internal static class RetryWebhookDelivery
{
    public static async Task<Results<Accepted<WebhookDeliveryResponse>, ProblemHttpResult>> HandleAsync(
        Id<WebhookDelivery> id, ApiCaller caller, MailDb db, EndpointWakes wakes, TimeProvider time,
        CancellationToken cancellationToken)
    {
        var found = await (
            from d in db.WebhookDeliveries.AsNoTracking()
            join w in db.Webhooks on d.WebhookId equals w.Id
            where d.Id == id && d.ProjectId == caller.ProjectId
            select new { d.WebhookId, w.Enabled }).SingleOrDefaultAsync(cancellationToken);
        if (found is null)
        {
            return Problems.NotFound("webhook delivery");
        }

        if (!found.Enabled)
        {
            return WebhookQueries.Disabled();
        }

        var now = time.GetUtcNow();
        var due = await db.WebhookDeliveries.Where(d => d.Id == id && d.LeaseOwner == null).ExecuteUpdateAsync(
            d => d.SetProperty(x => x.Status, WebhookDeliveryStatus.Pending).SetProperty(x => x.DueAt, now)
                .SetProperty(x => x.Attempt, 0),
            cancellationToken);
        if (due == 0)
        {
            return Problems.Conflict("delivery_in_progress", "This event is being told right now; look at it again in a moment.");
        }

        wakes.Wake(fresh: [], stored: [found.WebhookId]);
        var delivery = await db.WebhookDeliveries.AsNoTracking().SingleAsync(d => d.Id == id, cancellationToken);
        return TypedResults.Accepted(WebhookDeliveryResponse.Place(delivery), WebhookDeliveryResponse.Of(delivery));
    }
}

/// <summary>Tells an endpoint an event of the type <c>webhook.test</c>, whatever it listens to.</summary>
internal static class TestWebhook
{
    public static async Task<Results<Accepted<WebhookDeliveryResponse>, ProblemHttpResult>> HandleAsync(
        Id<Webhook> id, ApiCaller caller, MailDb db, Writer writer, EventLog events, TimeProvider time,
        CancellationToken cancellationToken)
    {
        if (await db.FindWebhookAsync(caller, id, cancellationToken) is not { } webhook)
        {
            return WebhookQueries.NotFound();
        }

        if (!webhook.Enabled)
        {
            return WebhookQueries.Disabled();
        }

        var delivery = default(Id<WebhookDelivery>);
        await writer.TransactAsync(
            session =>
            {
                delivery = events.RecordFor(
                    session,
                    new NewEvent(caller.ProjectId, EventTypes.WebhookTest, time.GetUtcNow())
                    {
                        Details = new EventDetails { WebhookId = id.ToString() },
                    },
                    webhook);
                return Task.CompletedTask;
            },
            cancellationToken);
        var row = await db.WebhookDeliveries.AsNoTracking().SingleAsync(d => d.Id == delivery, cancellationToken);
        return TypedResults.Accepted(WebhookDeliveryResponse.Place(row), WebhookDeliveryResponse.Of(row));
    }
}
