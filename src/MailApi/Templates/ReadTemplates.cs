using System.Buffers.Binary;
using MailApi.Core.Data;
using MailApi.Core.Templating;
using MailApi.Http;
using Microsoft.EntityFrameworkCore;

namespace MailApi.Templates;

/// <summary>A page of the templates of a project, newest first, without their contents.</summary>
internal static class ListTemplates
{
    public static async Task<IResult> HandleAsync(
        HttpContext context, ApiCaller caller, MailDb db, CancellationToken cancellationToken)
    {
        var rows = db.Templates.AsNoTracking().Where(t => t.ProjectId == caller.ProjectId);
        return await IdPages.AnswerAsync(
            context, rows, t => t.Id,
            async shown =>
            {
                var ids = shown.ConvertAll(t => t.Id);
                var live = (await db.LiveTemplates.AsNoTracking().Where(l => ids.Contains(l.TemplateId))
                    .ToListAsync(cancellationToken)).ToLookup(l => l.TemplateId);
                return shown.ConvertAll(t => TemplateSummaryResponse.Of(t, live[t.Id]));
            },
            cancellationToken);
    }
}

/// <summary>One template with the content that is live.</summary>
internal static class GetTemplate
{
    public static async Task<IResult> HandleAsync(
        string template, ApiCaller caller, MailDb db, TemplateStore store, CancellationToken cancellationToken) =>
        await db.FindTemplateAsync(caller.ProjectId, template, cancellationToken) is { } found
            ? TypedResults.Ok(await store.ResponseAsync(db, found, null, cancellationToken))
            : TemplateProblems.NotFound();
}

/// <summary>A page of the versions of a template, newest first.</summary>
internal static class ListVersions
{
    public static async Task<IResult> HandleAsync(
        string template, HttpContext context, ApiCaller caller, MailDb db, CancellationToken cancellationToken)
    {
        if (!PageQuery.TryRead(context.Request, ascendingByDefault: false, out var page, out var problem))
        {
            return problem!;
        }

        if (await db.FindTemplateAsync(caller.ProjectId, template, cancellationToken) is not { } found)
        {
            return TemplateProblems.NotFound();
        }

        var rows = db.TemplateVersions.AsNoTracking().Where(v => v.TemplateId == found.Id);
        if (page.Cursor is not null)
        {
            if (!Cursor.TryDecode(page.Cursor, out var bytes) || bytes.Length != sizeof(int))
            {
                return Problems.InvalidParameter("cursor", "This is not a cursor that a page of versions ended with.");
            }

            var after = BinaryPrimitives.ReadInt32BigEndian(bytes);
            rows = page.Ascending ? rows.Where(v => v.Number > after) : rows.Where(v => v.Number < after);
        }

        rows = page.Ascending ? rows.OrderBy(v => v.Number) : rows.OrderByDescending(v => v.Number);
        var versions = await rows.Take(page.Limit + 1).ToListAsync(cancellationToken);
        var live = await db.LiveTemplates.AsNoTracking().Where(l => l.TemplateId == found.Id)
            .Select(l => l.Version).ToListAsync(cancellationToken);
        var shown = versions.Take(page.Limit).ToList();
        var next = versions.Count > page.Limit ? Encode(shown[^1].Number) : null;
        Paging.SetLink(context.Response, next);
        return TypedResults.Ok(new ListResponse<VersionResponse>(
            shown.ConvertAll(v => VersionResponse.Of(v, live.Contains(v.Number), null)), next is not null, next));
    }

    private static string Encode(int number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(bytes, number);
        return Cursor.Encode(bytes);
    }
}

/// <summary>One version, however old.</summary>
internal static class GetVersion
{
    public static async Task<IResult> HandleAsync(
        string template, int version, ApiCaller caller, MailDb db, TemplateLibrary library, CancellationToken cancellationToken)
    {
        if (await db.FindTemplateAsync(caller.ProjectId, template, cancellationToken) is not { } found)
        {
            return TemplateProblems.NotFound();
        }

        var row = await db.TemplateVersions.AsNoTracking()
            .SingleOrDefaultAsync(v => v.TemplateId == found.Id && v.Number == version, cancellationToken);
        if (row is null)
        {
            return TemplateProblems.NoVersion(version);
        }

        var published = await db.LiveTemplates.AnyAsync(l => l.TemplateId == found.Id && l.Version == version, cancellationToken);
        var compiled = await library.VersionAsync(found.Id, version, cancellationToken);
        return TypedResults.Ok(VersionResponse.Of(row, published, compiled!.Template));
    }
}
