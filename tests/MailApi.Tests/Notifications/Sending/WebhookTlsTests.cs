using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using MailApi.IntegrationTests.Smtp;

namespace MailApi.Tests.Notifications.Sending;

public sealed class WebhookTlsTests
{
    private static readonly byte[] Settings = [0, 0, 0, 4, 0, 0, 0, 0, 0];

    // Last stream 0: nothing of what was asked is or will be answered.
    private static readonly byte[] GoAway = [0, 0, 8, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    [Fact]
    public async Task A_good_certificate_is_trusted()
    {
        await using var server = Start(TestCertificates.Valid);
        using var sender = new Sender(authority: TestCertificates.Authority);

        Assert.True((await PostAsync(sender, server)).Succeeded);
    }

    [Theory]
    [InlineData("expired", "The certificate of 127.0.0.1 expired on ")]
    [InlineData("wrong-host", "The certificate is for other.example, not for 127.0.0.1.")]
    [InlineData("self-signed", "The certificate of 127.0.0.1 is self-signed.")]
    public async Task A_bad_certificate_is_a_failure_with_its_reason(string kind, string reason)
    {
        await using var server = Start(kind switch
        {
            "expired" => TestCertificates.Expired,
            "wrong-host" => TestCertificates.WrongHost,
            _ => TestCertificates.SelfSigned,
        });
        using var sender = new Sender(authority: TestCertificates.Authority);
        var answer = await PostAsync(sender, server);

        Assert.Null(answer.StatusCode);
        Assert.StartsWith(reason, answer.Error, StringComparison.Ordinal);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task TLS_with_a_server_that_has_none_is_a_failure()
    {
        await using var server = RawHttpServer.Start("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        using var sender = new Sender(o => o.ConnectTimeout = TimeSpan.FromSeconds(1));

        Assert.NotNull((await PostAsync(sender, server)).Error);
    }

    [Fact]
    public async Task An_HTTP2_connection_that_goes_away_is_a_failure()
    {
        await using var server = RawHttpServer.StartTls(
            TestCertificates.Valid,
            async (s, token) =>
            {
                await s.WriteAsync(Settings, token);
                await s.ReadExactlyAsync(new byte["PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".Length], token);
                await s.WriteAsync(GoAway, token);
                await s.CopyToAsync(Stream.Null, token);
            },
            SslApplicationProtocol.Http2,
            SslApplicationProtocol.Http11);
        using var sender = new Sender(authority: TestCertificates.Authority);
        var answer = await PostAsync(sender, server);

        Assert.Null(answer.StatusCode);
        Assert.NotNull(answer.Error);
        Assert.InRange(server.Connections, 1, 10);
    }

    private static RawHttpServer Start(X509Certificate2 certificate) => RawHttpServer.StartTls(
        certificate,
        (s, token) => s.WriteAsync(Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), token).AsTask());

    private static Task<Core.Notifications.Sending.WebhookAnswer> PostAsync(Sender sender, RawHttpServer server) =>
        sender.PostAsync($"https://127.0.0.1:{server.Port}/hook");
}
