using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;

namespace MailApi.IntegrationTests.Smtp;

/// <summary>One message sent by MailKit as it comes, to see what a script does to a client.</summary>
internal static class TestSend
{
    /// <summary>A client that trusts the test authority and minds names and dates.</summary>
    public static async Task<SmtpClient> ConnectAsync(ScriptedSmtpServer server, CancellationToken cancellationToken)
    {
        var client = new SmtpClient
        {
            CheckCertificateRevocation = false,
            ServerCertificateValidationCallback = (_, certificate, _, errors) => IsTrusted(certificate, errors),
        };
        await client.ConnectAsync(server.Host, server.Port, server.Script.Tls switch
        {
            TlsStart.Implicit => SecureSocketOptions.SslOnConnect,
            TlsStart.StartTls => SecureSocketOptions.StartTls,
            _ => SecureSocketOptions.None,
        }, cancellationToken);
        return client;
    }

    /// <summary>
    /// <c>delivered</c>, the code of a refusal, <c>timeout</c>, or the exception's name without its last word.
    /// </summary>
    public static async Task<string> RunAsync(
        ScriptedSmtpServer server, int size = 20_000, TimeSpan? timeout = null)
    {
        using var patience = new CancellationTokenSource(timeout ?? TimeSpan.FromSeconds(20));
        try
        {
            using var client = await ConnectAsync(server, patience.Token);
            if (server.Script.Credentials is not null)
            {
                var credentials = SmtpFaultScripts.Credentials;
                await client.AuthenticateAsync(credentials.Username, credentials.Secret, patience.Token);
            }

            await client.SendAsync(MakeMessage(size), patience.Token);
            await client.DisconnectAsync(quit: true, patience.Token);
            return "delivered";
        }
        catch (SmtpCommandException e)
        {
            return $"{(int)e.StatusCode}";
        }
        catch (OperationCanceledException)
        {
            return "timeout";
        }
        catch (Exception e) when (e is SmtpProtocolException or SslHandshakeException or AuthenticationException
            or ServiceNotAuthenticatedException or NotSupportedException or IOException or SocketException)
        {
            return e.GetType().Name.Replace("Exception", "", StringComparison.Ordinal);
        }
    }

    private static MimeMessage MakeMessage(int size)
    {
        var message = new MimeMessage { Subject = "Test", Body = new TextPart("plain") { Text = MakeText(size) } };
        message.From.Add(MailboxAddress.Parse("sender@client.example"));
        message.To.Add(MailboxAddress.Parse("ann@client.example"));
        return message;
    }

    private static string MakeText(int size) =>
        string.Concat(Enumerable.Repeat($"{new string('x', 70)} ü\r\n", size / 75));

    private static bool IsTrusted(X509Certificate? certificate, SslPolicyErrors errors)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(TestCertificates.Authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return !errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch)
            && chain.Build((X509Certificate2)certificate!);
    }
}
