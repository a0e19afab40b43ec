using System.Net.Http.Headers;
using System.Text;
using Hangfire.Dashboard;
using MailApi.Core.Domain;
using MailApi.Http;

namespace MailApi.Hosting.Jobs;

/// <summary>
/// Opens the job dashboard to admin keys only: as a bearer token, or as the password of a browser's question.
/// </summary>
internal sealed class DashboardAccess : IDashboardAsyncAuthorizationFilter
{
    public async Task<bool> AuthorizeAsync(DashboardContext context)
    {
        var http = context.GetHttpContext();
        if (KeySecret.TryParse(KeyOf(http.Request), out var given)
            && await http.RequestServices.GetRequiredService<ApiKeyCache>().FindAsync(given, http.RequestAborted) is { } key
            && key.Scopes.Contains(Scopes.Admin)
            && !(key.ExpiresAt <= http.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow()))
        {
            return true;
        }

        http.Response.Headers.WWWAuthenticate = "Basic realm=\"MailApi: any name, an admin key as password\"";
        return false;
    }

    private static string KeyOf(HttpRequest request)
    {
        if (!AuthenticationHeaderValue.TryParse(request.Headers.Authorization, out var header) || header.Parameter is null)
        {
            return "";
        }

        if (!header.Scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase))
        {
            return header.Parameter;
        }

        var bytes = new byte[header.Parameter.Length];
        return Convert.TryFromBase64String(header.Parameter, bytes, out var length)
            ? Encoding.UTF8.GetString(bytes, 0, length).Split(':', 2)[^1]
            : "";
    }
}
