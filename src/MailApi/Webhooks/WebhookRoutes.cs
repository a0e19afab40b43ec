using MailApi.Core.Domain;
using MailApi.Http;

namespace MailApi.Webhooks;

/// <summary>Endpoints that are told what happens.</summary>
internal static class WebhookRoutes
{
    private static readonly object Example = new
    {
        Url = "https://hooks.acme.example/mail",
        Events = (string[])["message.delivered", "message.bounced", "suppression.*"],
        Description = "Marks customers whose address is dead",
        Headers = new Dictionary<string, string> { ["X-Gateway-Key"] = "…" },
    };

    private static readonly object ReplayExample = new
    {
        Since = "2026-11-23T00:00:00.000Z",
        Until = "2026-11-24T00:00:00.000Z",
        Types = (string[])["message.bounced"],
    };

    public static void MapWebhooks(this RouteGroupBuilder v1)
    {
        var webhooks = v1.MapGroup("/webhooks").WithTags("Webhooks").RequireScope(Scopes.Webhooks);
        MapEndpoints(webhooks);
        MapUses(webhooks.MapGroup("/{id}"));
        MapReplays(webhooks.MapGroup("/{id}"));

        v1.MapGroup("/webhook-deliveries").WithTags("Webhooks").RequireScope(Scopes.Webhooks)
            .MapPost("/{id}/retry", RetryWebhookDelivery.HandleAsync)
            .WithName("retryWebhookDelivery").WithSummary("Tell an event again, now").WithDescription(
                "By its own id, whatever became of it before; its schedule begins anew. The answer's Location tells what becomes of it.")
            .Declare(400, 401, 403, 404, 409, 429);
    }

    private static void MapEndpoints(RouteGroupBuilder webhooks)
    {
        webhooks.MapPost("/", CreateWebhook.HandleAsync)
            .WithName("createWebhook").WithExample(Example).WithSummary("Add an endpoint").WithDescription(
                "The answer shows the secret, once. Requests follow Standard Webhooks 1.0; docs/webhooks.md has receivers that verify them.")
            .Declare(400, 401, 403, 409, 422, 429);
        webhooks.MapGet("/", ListWebhooks.HandleAsync)
            .WithName("listWebhooks").WithSummary("List endpoints, newest first").WithQuery("cursor", "limit", "order")
            .Produces<ListResponse<WebhookResponse>>().Declare(400, 401, 403, 429);
        webhooks.MapGet("/{id}", GetWebhook.HandleAsync)
            .WithName("getWebhook").WithSummary("Get an endpoint and how it is doing").Declare(400, 401, 403, 404, 429);
        webhooks.MapPatch("/{id}", UpdateWebhook.HandleAsync)
            .WithName("updateWebhook").WithExample(new { Enabled = true }).WithSummary("Change, enable or disable an endpoint")
            .WithDescription("What waited when it was disabled is told when it is enabled; what happened in between can be replayed.")
            .Declare(400, 401, 403, 404, 422, 429);
        webhooks.MapDelete("/{id}", DeleteWebhook.HandleAsync)
            .WithName("deleteWebhook").WithSummary("Delete an endpoint with its log")
            .WithDescription("What waits is not told; a request in flight ends unrecorded.").Declare(400, 401, 403, 404, 429);
    }

    private static void MapUses(RouteGroupBuilder webhook)
    {
        webhook.MapPost("/rotate-secret", RotateWebhookSecret.HandleAsync)
            .WithName("rotateWebhookSecret").WithSummary("Give an endpoint a new secret")
            .WithDescription("Shown once. For 24 hours requests carry two signatures, by the new secret and by the one before.")
            .Declare(400, 401, 403, 404, 429);
        webhook.MapPost("/test", TestWebhook.HandleAsync)
            .WithName("testWebhook").WithSummary("Tell an endpoint an event of the type webhook.test")
            .WithDescription("Whatever it listens to. The answer's Location tells what becomes of it.")
            .Declare(400, 401, 403, 404, 409, 429);
        webhook.MapGet("/deliveries", ListWebhookDeliveries.HandleAsync)
            .WithName("listWebhookDeliveries").WithSummary("What an endpoint was told, and how it answered; newest first")
            .WithQuery("status", "type", "event_id", "cursor", "limit", "order")
            .WithQueryMeaning("status", "pending, succeeded or failed.")
            .Produces<ListResponse<WebhookDeliveryResponse>>().Declare(400, 401, 403, 404, 429);
    }

    private static void MapReplays(RouteGroupBuilder webhook)
    {
        webhook.MapPost("/replay", ReplayWebhook.HandleAsync)
            .WithName("replayWebhook").WithExample(ReplayExample).WithSummary("Tell past events again, with their own ids")
            .WithDescription(
                "Of the types, or what the endpoint listens to, and of its tags. The answer's Location tells how far it has come.").Declare(400, 401, 403, 404, 409, 422, 429);
        webhook.MapGet("/replays", ListWebhookReplays.HandleAsync)
            .WithName("listWebhookReplays").WithSummary("List replays, newest first").WithQuery("cursor", "limit", "order")
            .Produces<ListResponse<WebhookReplayResponse>>().Declare(400, 401, 403, 404, 429);
        webhook.MapGet("/replays/{replay}", GetWebhookReplay.HandleAsync)
            .WithName("getWebhookReplay").WithSummary("How far a replay has come").Declare(400, 401, 403, 404, 429);
        webhook.MapPost("/replays/{replay}/cancel", CancelWebhookReplay.HandleAsync)
            .WithName("cancelWebhookReplay").WithSummary("Stop a replay; what still waits because of it is not told")
            .Declare(400, 401, 403, 404, 429);
    }
}
