using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;

namespace MailApi.Core.Notifications.Sending;

/// <summary>
/// Sentences for attempts that failed. None repeats what the endpoint sent, nor anything of the request's headers.
/// </summary>
internal static class AnswerFaults
{
    /// <summary>Null for 2xx.</summary>
    public static string? Describe(HttpStatusCode status) => (int)status switch
    {
        >= 200 and < 300 => null,
        >= 300 and < 400 => $"The endpoint answered {(int)status}, a redirect; redirects are not followed.",
        410 => "The endpoint answered 410: it is gone.",
        _ => $"The endpoint answered {(int)status}.",
    };

    public static string Describe(HttpRequestException e)
    {
        for (Exception? inner = e; inner is not null; inner = inner.InnerException)
        {
            if (inner is EndpointFaultException fault)
            {
                return fault.Message;
            }
        }

        return e.HttpRequestError switch
        {
            HttpRequestError.SecureConnectionError => e.InnerException is AuthenticationException
                ? "The TLS handshake with the endpoint failed: there is no protocol or cipher that both know."
                : "The endpoint broke off the TLS handshake.",
            HttpRequestError.ResponseEnded => "The endpoint closed the connection before its answer was complete.",
            HttpRequestError.ConfigurationLimitExceeded =>
                $"The headers of the endpoint's answer are longer than {WebhookHandler.MaxHeaders} KB.",
            HttpRequestError.InvalidResponse => "The endpoint's answer is not HTTP.",
            HttpRequestError.HttpProtocolError => e.InnerException is HttpProtocolException h2
                ? $"The endpoint ended the HTTP/2 exchange with error {h2.ErrorCode}."
                : "The endpoint's answer breaks the rules of HTTP/2.",
            _ => e.InnerException?.GetBaseException() is SocketException { SocketErrorCode: SocketError.ConnectionReset }
                ? "The endpoint reset the connection before its answer was complete."
                : "The connection to the endpoint broke before its answer was complete.",
        };
    }

    public static string NotConnected(Uri url, TimeSpan after) =>
        $"The connection to {url.IdnHost}:{url.Port} timed out after {Seconds(after)}.";

    public static string NotAnswered(TimeSpan after) => $"The endpoint did not answer within {Seconds(after)}.";

    private static string Seconds(TimeSpan time) =>
        string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.###} s");
}
