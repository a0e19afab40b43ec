using MailApi.Core.Data;
using MailApi.Core.Domain;
using MailApi.Http;
using Microsoft.EntityFrameworkCore;

namespace MailApi.Messages;

/// <summary>A page of a project's messages, newest first unless asked otherwise.</summary>
internal static class ListMessages
{
    public static async Task<IResult> HandleAsync(
        HttpContext context, ApiCaller caller, MailDb db, ServiceHeaders headers, TimeProvider time, CancellationToken cancellationToken)
    {
        if (!PageQuery.TryRead(context.Request, ascendingByDefault: false, out var page, out var problem)
            || !MessageFilter.TryRead(context.Request, out var filter, out problem))
        {
            return problem!;
        }

        var now = time.GetUtcNow();
        var found = await filter.ApplyAsync(db, caller.ProjectId, now, cancellationToken);
        if (page.Cursor is not null)
        {
            if (!Cursor.TryDecodeId<Message>(page.Cursor, out var after))
            {
                return Problems.InvalidParameter("cursor", "This is not a cursor that a page of messages ended with.");
            }

            found = page.Ascending ? found.Where(f => f.Id > after) : found.Where(f => f.Id < after);
        }

        found = page.Ascending ? found.OrderBy(f => f.Id) : found.OrderByDescending(f => f.Id);
        var rows = await found.Select(f => f.Message).AsNoTracking().Take(page.Limit + 1).ToListAsync(cancellationToken);
        var shown = rows.Take(page.Limit).ToList();
        var ids = shown.ConvertAll(m => m.Id);
        var recipients = (await db.Recipients.AsNoTracking().Where(r => ids.Contains(r.MessageId))
            .OrderBy(r => r.Position).ToListAsync(cancellationToken)).ToLookup(r => r.MessageId);
        var data = shown.ConvertAll(m => MessageResponse.Of(m, recipients[m.Id], headers, now));
        var next = rows.Count > page.Limit ? Cursor.EncodeId(shown[^1].Id) : null;
        Paging.SetLink(context.Response, next);
        return TypedResults.Ok(new ListResponse<MessageResponse>(data, next is not null, next));
    }
}
