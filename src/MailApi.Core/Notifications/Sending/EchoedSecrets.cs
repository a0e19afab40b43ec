namespace MailApi.Core.Notifications.Sending;

/// <summary>
/// Takes out of an answer what it repeats of the request's secrets: some endpoints answer with what they were sent, and
/// the log of an endpoint is read by more people than its headers.
/// </summary>
internal static class EchoedSecrets
{
    private const int Shortest = 7;
    private const string Hidden = "***";

    public static string Hide(string text, WebhookRequest request) => Of(request)
        .Where(secret => secret.Length >= Shortest)
        .Aggregate(text, (shown, secret) => shown.Replace(secret, Hidden, StringComparison.Ordinal));

    private static IEnumerable<string> Of(WebhookRequest request)
    {
        foreach (var value in request.Headers.Values)
        {
            yield return value.Trim();

            // Of `Bearer token` the token alone may come back.
            foreach (var part in value.Split(' '))
            {
                yield return part;
            }
        }

        if (request.Url.UserInfo is { Length: > 0 } userInfo)
        {
            var password = userInfo[(userInfo.IndexOf(':', StringComparison.Ordinal) + 1)..];
            yield return WebhookMessage.Basic(userInfo).Parameter!;
            yield return password;
            yield return Uri.UnescapeDataString(password);
        }
    }
}
