using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using MailApi.Core.Domain;

namespace MailApi.Core.Notifications.Sending;

/// <summary>Sets up the HTTP connections to endpoints: kept and reused, and with nothing done that was not asked for.</summary>
internal static class WebhookHandler
{
    /// <summary>Of the headers of an answer, in KB.</summary>
    public const int MaxHeaders = 64;

    public static SocketsHttpHandler Create(WebhookOptions options, TimeProvider time, X509Certificate2? authority) => new()
    {
        ConnectCallback = new EndpointDialer(options, time).ConnectAsync,
        ConnectTimeout = options.ConnectTimeout,
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.None,
        MaxResponseHeadersLength = MaxHeaders,

        // What of an answer is not read ends its connection.
        MaxResponseDrainSize = 0,

        // So that a change in DNS is followed.
        PooledConnectionLifetime = TimeSpan.FromMinutes(2),
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(60),
        EnableMultipleHttp2Connections = true,
        KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
        KeepAlivePingDelay = TimeSpan.FromSeconds(15),
        KeepAlivePingTimeout = TimeSpan.FromSeconds(5),

        // Our traces are nobody else's business.
        ActivityHeadersPropagator = null,
        SslOptions = new SslClientAuthenticationOptions
        {
            RemoteCertificateValidationCallback = (sender, certificate, chain, errors) =>
                Accept((SslStream)sender, certificate, chain, errors, time),
            CertificateChainPolicy = authority is null ? null : Trust(authority),
        },
    };

    /// <summary>Throws instead of answering false, so that the reason reaches whoever waits for the connection.</summary>
    private static bool Accept(
        SslStream stream, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors, TimeProvider time)
    {
        var check = new CertificateCheck(stream.TargetHostName, trusting: false, time);
        return check.Accept(stream, certificate, chain, errors) ? true : throw new EndpointFaultException(check.Problem!);
    }

    private static X509ChainPolicy Trust(X509Certificate2 authority) => new()
    {
        TrustMode = X509ChainTrustMode.CustomRootTrust,
        CustomTrustStore = { authority },
        RevocationMode = X509RevocationMode.NoCheck,
    };
}
