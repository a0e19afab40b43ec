using System.Linq.Expressions;
using MailApi.Core.Domain;
using Microsoft.EntityFrameworkCore;

namespace MailApi.Http;

/// <summary>Pages over rows in the order of their ids, which is that of their making.</summary>
internal static class IdPages
{
    public static Task<IResult> AnswerAsync<T, TResponse>(
        HttpContext context,
        IQueryable<T> rows,
        Expression<Func<T, Id<T>>> id,
        Func<T, TResponse> response,
        CancellationToken cancellationToken)
        where T : IIdentified => AnswerAsync(
            context, rows, id, shown => Task.FromResult(shown.ConvertAll(r => response(r))), cancellationToken);

    /// <summary>A page whose rows need more from the database.</summary>
    public static async Task<IResult> AnswerAsync<T, TResponse>(
        HttpContext context,
        IQueryable<T> rows,
        Expression<Func<T, Id<T>>> id,
        Func<List<T>, Task<List<TResponse>>> responses,
        CancellationToken cancellationToken)
        where T : IIdentified
    {
        if (!PageQuery.TryRead(context.Request, ascendingByDefault: false, out var page, out var problem))
        {
            return problem!;
        }

        if (page.Cursor is not null)
        {
            if (!Cursor.TryDecodeId<T>(page.Cursor, out var after))
            {
                return Problems.InvalidParameter("cursor", "This is not a cursor that a page of this list ended with.");
            }

            // The parameter is a member of a constant, so that the query is compiled once for all cursors.
            Expression<Func<Id<T>>> edge = () => after;
            var comparison = page.Ascending
                ? Expression.GreaterThan(id.Body, edge.Body)
                : Expression.LessThan(id.Body, edge.Body);
            rows = rows.Where(Expression.Lambda<Func<T, bool>>(comparison, id.Parameters));
        }

        rows = page.Ascending ? rows.OrderBy(id) : rows.OrderByDescending(id);
        var found = await rows.Take(page.Limit + 1).ToListAsync(cancellationToken);
        var shown = found.Take(page.Limit).ToList();
        var next = found.Count > page.Limit ? Cursor.EncodeId(id.Compile()(shown[^1])) : null;
        Paging.SetLink(context.Response, next);
        return TypedResults.Ok(new ListResponse<TResponse>(await responses(shown), next is not null, next));
    }
}
