using MailApi.Core.Domain;
using MailApi.Http;

namespace MailApi.Events;

/// <summary>What happened, for readers that follow.</summary>
internal static class EventRoutes
{
    public static RouteGroupBuilder MapEvents(this RouteGroupBuilder v1)
    {
        var events = v1.MapGroup("/events").WithTags("Events").RequireScope(Scopes.Read);

        events.MapGet("/", ListEvents.HandleAsync)
            .WithName("listEvents").WithSummary("Follow the events of a project, oldest first")
            .WithDescription("next_cursor is null only when the page is empty: ask again with the latest one to get what came since.")
            .WithQuery("type", "message_id", "recipient", "since", "cursor", "limit", "order")
            .Produces<ListResponse<EventResponse>>()
            .Declare(400, 401, 403, 429);

        return v1;
    }
}
