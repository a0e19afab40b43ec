using System.Globalization;
using System.Text;
using MailApi.Core.Data;
using MailApi.Core.Domain;
using MailApi.Core.Suppressing.Importing;
using MailApi.Http;
using Microsoft.EntityFrameworkCore;

namespace MailApi.Suppressions;

/// <summary>The whole list as a file that an import takes, written as it is read.</summary>
internal static class ExportSuppressions
{
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";
    private const int FlushEvery = 500;

    public static IResult Handle(HttpContext context, ApiCaller caller, MailDb db, TimeProvider time)
    {
        var query = new QueryReader(context.Request);
        var reason = query.Enum<SuppressionReason>("reason");
        if (query.Problem is { } problem)
        {
            return problem;
        }

        var now = time.GetUtcNow();
        var rows = db.Suppressions.AsNoTracking()
            .Where(s => s.ProjectId == caller.ProjectId && (s.ExpiresAt == null || s.ExpiresAt > now)
                && (reason == null || s.Reason == reason))
            .OrderBy(s => s.CreatedAt).ThenBy(s => s.EmailKey);
        return TypedResults.Stream(
            stream => WriteAsync(stream, rows.AsAsyncEnumerable(), context.RequestAborted),
            $"{ImportSuppressionFile.ContentType}; charset=utf-8", "suppressions.csv");
    }

    private static async Task WriteAsync(
        Stream stream, IAsyncEnumerable<Suppression> rows, CancellationToken cancellationToken)
    {
        await using var writer = new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { NewLine = "\r\n" };
        await writer.WriteLineAsync("email,reason,source,message_id,created_at,expires_at");
        var written = 0;
        await foreach (var s in rows.WithCancellation(cancellationToken))
        {
            await writer.WriteLineAsync(Csv.Write(
                s.Email, Names.Of(s.Reason), s.Source, s.MessageId?.ToString(), Format(s.CreatedAt), Format(s.ExpiresAt)));
            if (++written % FlushEvery == 0)
            {
                await writer.FlushAsync(cancellationToken);
            }
        }
    }

    private static string? Format(DateTimeOffset? time) => time?.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture);
}
