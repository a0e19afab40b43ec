using System.Text.Json;
using MailApi.Core.Data;
using MailApi.Core.Data.Writing;
using MailApi.Core.Domain;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace MailApi.Core.Suppressing.Importing;

/// <summary>
/// The job that takes files into suppression lists, for every import that is running. Each batch moves the import on in
/// the transaction that writes its entries, so a crash loses and repeats nothing, and two that run at once share the work.
/// </summary>
public sealed partial class ImportSuppressions(
    IDbContextFactory<MailDb> databases,
    Writer writer,
    SuppressionList list,
    TimeProvider time,
    ILogger<ImportSuppressions> logger)
{
    private const int MaxFaults = 100;

    /// <summary>Small, because mail waits for the same writer.</summary>
    private const int BatchSize = 200;

    /// <summary>import, rows looked at so far, after this batch.</summary>
    private static readonly Statement MoveOn = new(
        "UPDATE suppression_imports SET processed = $3 WHERE id = $1 AND processed = $2 AND status = 'running'");

    /// <summary>import, added, updated, unchanged, failed, errors.</summary>
    private static readonly Statement Count = new(
        """
        UPDATE suppression_imports
        SET added = added + $2, updated = updated + $3, unchanged = unchanged + $4, failed = failed + $5, errors = $6
        WHERE id = $1
        """);

    /// <summary>import, time.</summary>
    private static readonly Statement Complete = new(
        "UPDATE suppression_imports SET status = 'completed', finished_at = $2 WHERE id = $1");

    /// <summary>import.</summary>
    private static readonly Statement DropContent = new("DELETE FROM suppression_import_contents WHERE import_id = $1");

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var running = await db.SuppressionImports.AsNoTracking()
            .Where(i => i.Status == SuppressionImportStatus.Running).OrderBy(i => i.Id).ToListAsync(cancellationToken);
        foreach (var import in running)
        {
            var csv = await db.SuppressionImportContents.AsNoTracking()
                .Where(c => c.ImportId == import.Id).Select(c => c.Csv).SingleOrDefaultAsync(cancellationToken);

            // Without its file it has just been completed by somebody else.
            if (csv is not null && ImportFile.Read(csv) is { } file)
            {
                await ImportAsync(import, file, cancellationToken);
            }
        }
    }

    private async Task ImportAsync(SuppressionImport import, ImportFile file, CancellationToken cancellationToken)
    {
        List<ImportFault> faults = [.. JsonSerializer.Deserialize<List<ImportFault>>(import.Errors) ?? []];
        while (await ImportBatchAsync(import, file, faults, cancellationToken))
        {
            if (import.Processed == file.Rows.Count)
            {
                Log.Imported(logger, import.Id, import.Processed);
                return;
            }
        }
    }

    /// <summary>False when somebody else has moved the import on.</summary>
    private async Task<bool> ImportBatchAsync(
        SuppressionImport import, ImportFile file, List<ImportFault> faults, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var rows = file.Rows.Skip(import.Processed).Take(BatchSize).Select(r => file.EntryOf(r, import.ProjectId, now)).ToList();
        List<Suppression> entries = [.. rows.Select(r => r.Entry).OfType<Suppression>()];
        faults.AddRange(rows.Select(r => r.Fault).OfType<ImportFault>().Take(MaxFaults - faults.Count));
        var next = import.Processed + rows.Count;
        var moved = false;
        await writer.TransactAsync(
            async session =>
            {
                var keys = entries.Select(e => e.EmailKey).ToArray();
                var fence = session.Add(MoveOn, import.Id.Value, import.Processed, next);
                var listed = session.Add(SuppressionStatements.FindListed, import.ProjectId.Value, now, keys);
                await session.FlushAsync(cancellationToken);
                moved = fence.Affected > 0;
                if (!moved)
                {
                    return;
                }

                var known = listed.Rows.Cast<string>().ToHashSet();
                var changed = await list.PutAsync(session, entries, cancellationToken);
                var added = changed.Count(e => known.Add(e.EmailKey));
                session.Add(
                    Count, import.Id.Value, added, changed.Count - added, entries.Count - changed.Count,
                    rows.Count - entries.Count, JsonSerializer.Serialize(faults));
                if (next == file.Rows.Count)
                {
                    session.Add(Complete, import.Id.Value, now);
                    session.Add(DropContent, import.Id.Value);
                }
            },
            cancellationToken);
        import.Processed = next;
        return moved;
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Import {ImportId} of suppressions is through; it had {Count} addresses")]
        public static partial void Imported(ILogger logger, Id<SuppressionImport> importId, int count);
    }
}
