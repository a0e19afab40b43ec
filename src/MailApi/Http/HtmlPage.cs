using System.Net;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace MailApi.Http;

/// <summary>A mail as a browser shows it, for those who would rather have <c>text/html</c> than JSON.</summary>
internal static class HtmlPage
{
    public const string MediaType = "text/html";

    private const string Json = "application/json";

    // What an author wrote is shown, and can do nothing: no scripts, and an origin of its own.
    private const string Policy = "sandbox; default-src 'none'; img-src *; style-src 'unsafe-inline' *; font-src *";

    public static bool IsWanted(HttpRequest request) =>
        MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out var types)
        && QualityOf(types, MediaType) is > 0 and var page && page >= QualityOf(types, Json);

    /// <summary>The HTML part; where there is none, the text.</summary>
    public static ContentHttpResult Of(string? html, string? text, HttpResponse response)
    {
        response.Headers.ContentSecurityPolicy = Policy;
        response.Headers.XContentTypeOptions = "nosniff";
        return TypedResults.Content(
            html ?? $"<!DOCTYPE html><pre>{WebUtility.HtmlEncode(text)}</pre>", $"{MediaType}; charset=utf-8");
    }

    /// <summary>RFC 9110 §12.4.2; 0 for what is not named.</summary>
    private static double QualityOf(IList<MediaTypeHeaderValue> types, string name) => types
        .Where(t => t.MediaType.Equals(name, StringComparison.OrdinalIgnoreCase))
        .Select(t => t.Quality ?? 1).DefaultIfEmpty(0).Max();
}
