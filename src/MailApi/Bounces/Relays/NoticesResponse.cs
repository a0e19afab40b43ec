using System.Text.Json;
using MailApi.Core.Feedback;
using MailApi.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace MailApi.Bounces.Relays;

/// <summary>What was made of a relay's request.</summary>
/// <param name="Received">Pieces of news in it that matter here.</param>
/// <param name="Matched">Those that are about messages of ours.</param>
/// <param name="Recorded">Recipients of whom something was recorded; what comes again is not.</param>
public sealed record NoticesResponse(int Received, int Matched, int Recorded);

/// <summary>What the ways of all relays have in common.</summary>
internal static class RelayRequests
{
    private static readonly JsonDocumentOptions Bounds = new() { MaxDepth = 32 };

    public static ProblemHttpResult Closed(string setting) =>
        Problems.Of(404, "not_found", $"{setting} is not set, so nothing is taken here.");

    public static ProblemHttpResult NotTheirs(string detail) => Problems.Unauthorized("invalid_signature", detail);

    public static ProblemHttpResult NotJson() => Problems.BadRequest("invalid_json", "The body is not JSON.");

    public static async Task<byte[]> ReadBodyAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        using var bytes = new MemoryStream();
        await request.Body.CopyToAsync(bytes, cancellationToken);
        return bytes.ToArray();
    }

    /// <summary>Null when it is no JSON.</summary>
    public static JsonElement? Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body, Bounds);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Takes each piece; when one cannot be recorded the relay sees an error, and posts them all again.</summary>
    public static async Task<Ok<NoticesResponse>> ReceiveAsync(
        this ReceiveReport reports, IReadOnlyList<RelayNotice> notices, string source, CancellationToken cancellationToken)
    {
        var (matched, recorded) = (0, 0);
        foreach (var notice in notices)
        {
            var report = await reports.ReceiveAsync(notice, source, cancellationToken);
            matched += report.Matched is null ? 0 : 1;
            recorded += report.Recorded.Count;
        }

        return TypedResults.Ok(new NoticesResponse(notices.Count, matched, recorded));
    }
}
