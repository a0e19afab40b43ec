using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;

namespace MailApi.Http;

/// <summary>A page of a list.</summary>
/// <param name="Data">The rows.</param>
/// <param name="HasMore">True when another page follows.</param>
/// <param name="NextCursor">Asks for what follows.</param>
public sealed record ListResponse<T>(IReadOnlyList<T> Data, bool HasMore, string? NextCursor);

/// <summary>Which page is asked for.</summary>
internal sealed record PageQuery(int Limit, string? Cursor, bool Ascending)
{
    private const int DefaultLimit = 25;
    private const int MaxLimit = 100;

    public static bool TryRead(
        HttpRequest request, bool ascendingByDefault, out PageQuery page, out ProblemHttpResult? problem)
    {
        var query = new QueryReader(request);
        var limit = query.Integer("limit", 1, MaxLimit) ?? DefaultLimit;
        var order = query.OneOf("order", ["asc", "desc"]);
        page = new PageQuery(limit, query.Text("cursor"), order is null ? ascendingByDefault : order == "asc");
        problem = query.Problem;
        return problem is null;
    }
}

/// <summary>What pages of all lists share.</summary>
internal static class Paging
{
    /// <summary>The link of RFC 8288 to the page that follows.</summary>
    public static void SetLink(HttpResponse response, string? nextCursor)
    {
        if (nextCursor is null)
        {
            return;
        }

        var request = response.HttpContext.Request;
        var query = request.Query.Where(q => q.Key != "cursor")
            .Select(q => KeyValuePair.Create(q.Key, (string?)q.Value.ToString()))
            .Append(KeyValuePair.Create("cursor", (string?)nextCursor));
        response.Headers.Link = string.Create(
            CultureInfo.InvariantCulture, $"<{request.Path}{QueryString.Create(query)}>; rel=\"next\"");
    }
}
