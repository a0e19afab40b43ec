using MailApi.Core.Domain;
using MailApi.Http;

namespace MailApi.Stats;

/// <summary>How much of what happened.</summary>
internal static class StatsRoutes
{
    public static void MapStats(this RouteGroupBuilder v1) =>
        v1.MapGroup("/stats").WithTags("Stats").RequireScope(Scopes.Read)
            .MapGet("/", GetStats.HandleAsync)
            .WithName("getStats").WithSummary("Count what happened, by hour or day").WithDescription(
                """
                Each number is a count of events, in the interval in which the event was recorded: a bounce that is reported
                a day after the delivery counts on its own day. Rows are ordered by start and group; intervals and groups in
                which nothing happened are left out. A message counts under each of its tags and under each domain it is
                addressed to. In an hour at most 500 groups are kept apart; the rest counts under the group `other`.
                """)
            .WithQuery("since", "until", "interval", "group_by", "cursor", "limit")
            .WithQueryMeaning("since", "Start (RFC 3339), taken back to its interval's. Default: 24 hours or 30 days back.")
            .WithQueryMeaning("until", "End (RFC 3339), exclusive, taken on to its interval's. Default: now.")
            .WithQueryMeaning("limit", "Rows per page, 1 to 1,000; default 1,000.")
            .Produces<StatsResponse>()
            .Declare(400, 401, 403, 429);
}
