using System.Globalization;
using System.Text;

namespace MailApi.Http;

/// <summary>Where the <c>type</c> of a problem leads: one line per code.</summary>
internal static class ErrorPage
{
    public const string Path = "/docs/errors";

    public static void MapErrorPage(this IEndpointRouteBuilder routes) => routes.MapGet(
        Path, () => TypedResults.Text(Html(), "text/html; charset=utf-8")).ExcludeFromDescription();

    private static string Html()
    {
        var page = new StringBuilder("<!doctype html><html lang=\"en\"><title>MailApi errors</title><h1>Errors</h1><table>");
        foreach (var (code, status, meaning) in ProblemCodes.All)
        {
            page.Append(CultureInfo.InvariantCulture, $"<tr id=\"{code}\"><td>{status}<td><code>{code}</code><td>{meaning}");
        }

        return page.Append("</table></html>").ToString();
    }
}
