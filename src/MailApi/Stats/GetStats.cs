using System.Text;
using MailApi.Core.Data;
using MailApi.Core.Domain;
using MailApi.Core.Stats;
using MailApi.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace MailApi.Stats;

/// <summary>Counts of a project, by hour or day and by what they are grouped by.</summary>
internal static class GetStats
{
    private const int MaxLimit = 1_000;
    private static readonly string[] Groups = ["tag", "template", "domain", "relay"];

    private static readonly Dictionary<string, Interval> Intervals = new()
    {
        ["hour"] = new("hour", 1, TimeSpan.FromHours(24), TimeSpan.FromDays(31)),
        ["day"] = new("day", 24, TimeSpan.FromDays(30), TimeSpan.FromDays(400)),
    };

    public static async Task<Results<Ok<StatsResponse>, ProblemHttpResult>> HandleAsync(
        HttpContext context, ApiCaller caller, MailDb db, ReadStats stats, TimeProvider time,
        CancellationToken cancellationToken)
    {
        var query = new QueryReader(context.Request);
        var interval = Intervals[query.OneOf("interval", [.. Intervals.Keys]) ?? "day"];
        var group = query.OneOf("group_by", Groups);
        var limit = query.Integer("limit", 1, MaxLimit) ?? MaxLimit;
        var cursor = query.Text("cursor");
        var until = query.Time("until") ?? time.GetUtcNow();
        var since = query.Time("since") ?? until - interval.Default;
        if ((query.Problem ?? interval.Check(since, until)) is { } problem)
        {
            return problem;
        }

        if (!TryDecode(cursor, out var after))
        {
            return Problems.InvalidParameter("cursor", "This is not a cursor that a page of statistics ended with.");
        }

        var (first, end) = (interval.StartOf(since), interval.EndOf(until));
        var dimension = group is null ? StatDimension.Total : Names.Parse<StatDimension>(group);
        var page = await stats.RunAsync(
            new StatQuery(caller.ProjectId, dimension, first, end, interval.Hours, after, limit), cancellationToken);
        var slugs = await SlugsAsync(db, caller.ProjectId, dimension, page, cancellationToken);
        var next = page.HasMore ? Encode(page.Rows[^1].Place) : null;
        Paging.SetLink(context.Response, next);
        return TypedResults.Ok(new StatsResponse(
            DateTimeOffset.UnixEpoch.AddHours(first), DateTimeOffset.UnixEpoch.AddHours(end), interval.Name, group,
            page.AsOf,
            [.. page.Rows.Select(r => StatsRowResponse.Of(r, interval.Hours, slugs))], page.HasMore, next));
    }

    private static async Task<Dictionary<string, string>> SlugsAsync(
        MailDb db, Id<Project> project, StatDimension dimension, StatPage page, CancellationToken cancellationToken)
    {
        if (dimension != StatDimension.Template)
        {
            return [];
        }

        var ids = page.Rows
            .Select(r => Id<Template>.TryParse(r.Place.Key, null, out var id) ? id : default).Distinct().ToList();
        return await db.Templates.AsNoTracking().Where(t => t.ProjectId == project && ids.Contains(t.Id))
            .ToDictionaryAsync(t => t.Id.ToString(), t => t.Slug, cancellationToken);
    }

    private static string Encode(StatPlace place) =>
        Cursor.Encode([.. BitConverter.GetBytes(place.Interval), .. Encoding.UTF8.GetBytes(place.Key)]);

    private static bool TryDecode(string? cursor, out StatPlace? place)
    {
        place = null;
        if (cursor is null)
        {
            return true;
        }

        if (!Cursor.TryDecode(cursor, out var bytes) || bytes.Length < sizeof(int))
        {
            return false;
        }

        place = new StatPlace(BitConverter.ToInt32(bytes), Encoding.UTF8.GetString(bytes.AsSpan(sizeof(int))));
        return true;
    }

    /// <param name="Name">As it is asked for.</param>
    /// <param name="Hours">How long it is.</param>
    /// <param name="Default">How far back an answer goes that was not told since when.</param>
    /// <param name="Longest">The longest range.</param>
    private sealed record Interval(string Name, int Hours, TimeSpan Default, TimeSpan Longest)
    {
        public ProblemHttpResult? Check(DateTimeOffset since, DateTimeOffset until) =>
            since < DateTimeOffset.UnixEpoch ? Problems.InvalidParameter("since", "since is not before 1970.")
            : since >= until ? Problems.InvalidParameter("since", "since is before until.")
            : until - since > Longest ? Problems.InvalidParameter(
                "since", $"By {Name} the range is at most {Longest.TotalDays:0} days long; ask in parts.")
            : null;

        public int StartOf(DateTimeOffset time) => (int)(time.ToUnixTimeMilliseconds() / Width) * Hours;

        public int EndOf(DateTimeOffset time) => (int)((time.ToUnixTimeMilliseconds() + Width - 1) / Width) * Hours;

        private long Width => Hours * 3_600_000L;
    }
}
