using MailApi.Core.Data;
using MailApi.Core.Domain;
using MailApi.Core.Suppressing;
using MailApi.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace MailApi.Suppressions;

/// <summary>A page of the list, newest first.</summary>
internal static class ListSuppressions
{
    public static async Task<IResult> HandleAsync(
        HttpContext context, ApiCaller caller, MailDb db, TimeProvider time, CancellationToken cancellationToken)
    {
        var query = new QueryReader(context.Request);
        var reason = query.Enum<SuppressionReason>("reason");
        if (query.Problem is { } problem
            || !PageQuery.TryRead(context.Request, ascendingByDefault: false, out var page, out problem))
        {
            return problem!;
        }

        var now = time.GetUtcNow();
        var rows = db.Suppressions.AsNoTracking()
            .Where(s => s.ProjectId == caller.ProjectId && (s.ExpiresAt == null || s.ExpiresAt > now));
        rows = reason is null ? rows : rows.Where(s => s.Reason == reason);
        if (page.Cursor is not null)
        {
            if (!TryDecode(page.Cursor, out var at, out var key))
            {
                return Problems.InvalidParameter("cursor", "This is not a cursor that a page of suppressions ended with.");
            }

            rows = page.Ascending
                ? rows.Where(s => s.CreatedAt > at || (s.CreatedAt == at && s.EmailKey.CompareTo(key) > 0))
                : rows.Where(s => s.CreatedAt < at || (s.CreatedAt == at && s.EmailKey.CompareTo(key) < 0));
        }

        rows = page.Ascending
            ? rows.OrderBy(s => s.CreatedAt).ThenBy(s => s.EmailKey)
            : rows.OrderByDescending(s => s.CreatedAt).ThenByDescending(s => s.EmailKey);
        var found = await rows.Take(page.Limit + 1).ToListAsync(cancellationToken);
        var shown = found.Take(page.Limit).ToList();
        var next = found.Count > page.Limit ? Encode(shown[^1]) : null;
        Paging.SetLink(context.Response, next);
        return TypedResults.Ok(new ListResponse<SuppressionResponse>(
            shown.ConvertAll(SuppressionResponse.Of), next is not null, next));
    }

    private static string Encode(Suppression last) => Cursor.Encode(
        [.. BitConverter.GetBytes(last.CreatedAt.UtcTicks), .. System.Text.Encoding.UTF8.GetBytes(last.EmailKey)]);

    private static bool TryDecode(string cursor, out DateTimeOffset at, out string key)
    {
        var known = Cursor.TryDecode(cursor, out var bytes) && bytes.Length > 8;
        at = known ? new DateTimeOffset(BitConverter.ToInt64(bytes), TimeSpan.Zero) : default;
        key = known ? System.Text.Encoding.UTF8.GetString(bytes.AsSpan(8)) : "";
        return known;
    }
}

/// <summary>One entry, by any spelling of the address.</summary>
internal static class GetSuppression
{
    public static async Task<Results<Ok<SuppressionResponse>, ProblemHttpResult>> HandleAsync(
        string email, ApiCaller caller, MailDb db, TimeProvider time, CancellationToken cancellationToken)
    {
        if (!EmailAddress.TryParse(email, out var address, out var error))
        {
            return Problems.InvalidParameter("email", error);
        }

        var now = time.GetUtcNow();
        var entry = await db.Suppressions.AsNoTracking().SingleOrDefaultAsync(
            s => s.ProjectId == caller.ProjectId && s.EmailKey == address.Key && (s.ExpiresAt == null || s.ExpiresAt > now),
            cancellationToken);
        return entry is null ? Problems.NotFound("suppression") : TypedResults.Ok(SuppressionResponse.Of(entry));
    }
}

/// <summary>Takes an address off the list.</summary>
internal static class DeleteSuppression
{
    public static async Task<Results<NoContent, ProblemHttpResult>> HandleAsync(
        string email, ApiCaller caller, MailDb db, SuppressionList list, CancellationToken cancellationToken)
    {
        if (!EmailAddress.TryParse(email, out var address, out var error))
        {
            return Problems.InvalidParameter("email", error);
        }

        return await db.Suppressions.FindAsync([caller.ProjectId, address.Key], cancellationToken) is { } entry
            && await list.RemoveAsync(entry, cancellationToken)
                ? TypedResults.NoContent()
                : Problems.NotFound("suppression");
    }
}
