using System.Net.Http.Headers;
using System.Text;

namespace MailApi.Core.Notifications.Sending;

/// <summary>Writes the HTTP request of an attempt.</summary>
internal static class WebhookMessage
{
    private static readonly ProductInfoHeaderValue UserAgent =
        new("MailApi", typeof(WebhookMessage).Assembly.GetName().Version!.ToString(3));

    public static HttpRequestMessage Compose(WebhookRequest request)
    {
        var message = new HttpRequestMessage(HttpMethod.Post, WithoutUser(request.Url))
        {
            // HTTP/3 has no connect callback, and so no check of the address: never more than 2.
            Version = new Version(2, 0),
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
            Content = new ReadOnlyMemoryContent(request.Body) { Headers = { ContentType = new("application/json") } },
        };
        message.Headers.UserAgent.Add(UserAgent);
        message.Headers.Add("webhook-id", request.Id);
        message.Headers.Add("webhook-timestamp", WebhookSignature.Seconds(request.Timestamp));
        message.Headers.Add(
            "webhook-signature", WebhookSignature.Sign(request.Keys, request.Id, request.Timestamp, request.Body.Span));
        message.Headers.Add("X-Request-Id", request.RequestId);
        foreach (var (name, value) in request.Headers.Where(h => CustomHeaders.Check(h.Key, h.Value) is null))
        {
            // A few names (Allow, Expires) .NET knows as headers of the content only.
            if (!message.Headers.TryAddWithoutValidation(name, value))
            {
                message.Content.Headers.TryAddWithoutValidation(name, value);
            }
        }

        if (request.Url.UserInfo.Length > 0 && !message.Headers.NonValidated.Contains("Authorization"))
        {
            message.Headers.Authorization = Basic(request.Url.UserInfo);
        }

        return message;
    }

    private static Uri WithoutUser(Uri url) =>
        url.UserInfo.Length == 0 ? url : new UriBuilder(url) { UserName = "", Password = "" }.Uri;

    /// <summary>What the userinfo of a URL becomes.</summary>
    public static AuthenticationHeaderValue Basic(string userInfo)
    {
        // Always with a colon, also when there is no password (RFC 7617 §2).
        var credential = userInfo.Contains(':', StringComparison.Ordinal) ? userInfo : userInfo + ":";
        return new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(credential))));
    }
}
