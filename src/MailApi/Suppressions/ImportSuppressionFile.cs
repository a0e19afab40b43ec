using System.Text.Json;
using Hangfire;
using MailApi.Core.Data;
using MailApi.Core.Domain;
using MailApi.Core.Suppressing.Importing;
using MailApi.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace MailApi.Suppressions;

/// <summary>A file on its way into the suppression list.</summary>
/// <param name="Id">The import.</param>
/// <param name="Status">running or completed.</param>
/// <param name="Total">Addresses in the file.</param>
/// <param name="Processed">Of these, looked at so far.</param>
/// <param name="Added">New on the list.</param>
/// <param name="Updated">On the list, with another reason or end than before.</param>
/// <param name="Unchanged">On the list as the file says already.</param>
/// <param name="Failed">Not taken.</param>
/// <param name="Errors">Why, for the first hundred.</param>
/// <param name="CreatedAt">When the file was taken.</param>
/// <param name="FinishedAt">When every line had been looked at.</param>
public sealed record SuppressionImportResponse(
    Id<SuppressionImport> Id, string Status, int Total, int Processed, int Added, int Updated, int Unchanged, int Failed,
    IReadOnlyList<SuppressionImportErrorResponse> Errors, DateTimeOffset CreatedAt, DateTimeOffset? FinishedAt)
{
    internal static SuppressionImportResponse Of(SuppressionImport i) => new(
        i.Id, Names.Of(i.Status), i.Total, i.Processed, i.Added, i.Updated, i.Unchanged, i.Failed,
        [
            .. (JsonSerializer.Deserialize<IReadOnlyList<ImportFault>>(i.Errors) ?? [])
                .Select(f => new SuppressionImportErrorResponse(f.Line, f.Code, f.Detail)),
        ],
        i.CreatedAt, i.FinishedAt);
}

/// <summary>A line that was not taken.</summary>
/// <param name="Line">Counts from 1, the header included.</param>
/// <param name="Code">invalid_address, unknown_value, invalid_time or in_the_past.</param>
/// <param name="Detail">What is wrong.</param>
public sealed record SuppressionImportErrorResponse(int Line, string Code, string Detail);

/// <summary>
/// Takes a file of addresses: it is stored as a whole before the answer, and a job works through it, also after a restart.
/// </summary>
internal static class ImportSuppressionFile
{
    public const string ContentType = "text/csv";
    private const int MaxRows = 100_000;
    private const int MaxBytes = 16 * 1024 * 1024;

    public static async Task<Results<Accepted<SuppressionImportResponse>, ProblemHttpResult>> HandleAsync(
        HttpRequest request, ApiCaller caller, MailDb db, IBackgroundJobClient jobs, TimeProvider time,
        CancellationToken cancellationToken)
    {
        if (await ReadAsync(request.Body, cancellationToken) is not { } csv)
        {
            return Problems.Of(413, "body_too_large", $"A file has at most {MaxBytes / 1024 / 1024} MiB; send it in parts.");
        }

        var file = ImportFile.Read(csv);
        if (file is null || file.Rows.Count is 0 or > MaxRows)
        {
            return Problems.Unprocessable(
                "invalid_csv", file is null
                    ? "The first line must name the columns: email, and reason and expires_at if there are such."
                    : $"A file has 1 to {MaxRows} addresses; this one has {file.Rows.Count}.");
        }

        var import = new SuppressionImport
        {
            Id = Id<SuppressionImport>.New(time.GetUtcNow()),
            ProjectId = caller.ProjectId,
            Status = SuppressionImportStatus.Running,
            Total = file.Rows.Count,
            CreatedAt = time.GetUtcNow(),
        };
        db.SuppressionImports.Add(import);
        db.SuppressionImportContents.Add(new SuppressionImportContent { ImportId = import.Id, Csv = csv });
        await db.SaveChangesAsync(cancellationToken);
        jobs.Enqueue<ImportSuppressions>(job => job.RunAsync(CancellationToken.None));
        return TypedResults.Accepted($"/v1/suppressions/imports/{import.Id}", SuppressionImportResponse.Of(import));
    }

    /// <summary>Null when there is more than a file may have.</summary>
    private static async Task<byte[]?> ReadAsync(Stream body, CancellationToken cancellationToken)
    {
        using var buffer = new MemoryStream();
        var chunk = new byte[64 * 1024];
        while (await body.ReadAsync(chunk, cancellationToken) is var read and > 0)
        {
            if (buffer.Length + read > MaxBytes)
            {
                return null;
            }

            buffer.Write(chunk, 0, read);
        }

        return buffer.ToArray();
    }
}

/// <summary>How far an import has come.</summary>
internal static class GetSuppressionImport
{
    public static async Task<Results<Ok<SuppressionImportResponse>, ProblemHttpResult>> HandleAsync(
        Id<SuppressionImport> id, ApiCaller caller, MailDb db, CancellationToken cancellationToken) =>
        await db.SuppressionImports.AsNoTracking()
            .SingleOrDefaultAsync(i => i.ProjectId == caller.ProjectId && i.Id == id, cancellationToken) is { } import
                ? TypedResults.Ok(SuppressionImportResponse.Of(import))
                : Problems.NotFound("import");
}
