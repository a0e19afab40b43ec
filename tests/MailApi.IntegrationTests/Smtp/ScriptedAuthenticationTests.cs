using System.Security.Authentication;
using MailKit.Security;
using AuthenticationException = MailKit.Security.AuthenticationException;

namespace MailApi.IntegrationTests.Smtp;

public sealed class ScriptedAuthenticationTests
{
    private static readonly SmtpCredentials Right = new("ann@relay.example", "pass,word= 1");

    [Theory]
    [InlineData("PLAIN")]
    [InlineData("LOGIN")]
    [InlineData("CRAM-MD5")]
    [InlineData("SCRAM-SHA-256")]
    [InlineData("XOAUTH2")]
    public async Task Takes_the_right_secret_and_no_other(string mechanism)
    {
        var script = new SmtpScript { Credentials = Right, Mechanisms = [mechanism], Tls = TlsStart.StartTls };
        await using var server = await ScriptedSmtpServer.StartAsync(script);

        var wrong = await Assert.ThrowsAsync<AuthenticationException>(
            () => AuthenticateAsync(server, mechanism, "another"));
        await AuthenticateAsync(server, mechanism, Right.Secret);

        Assert.Contains("535", wrong.Message);
        Assert.All(
            server.Journal.Commands.Where(c => c.Line.StartsWith("AUTH", StringComparison.Ordinal)),
            c => Assert.True(c.IsTls));
        Assert.Empty(server.Journal.Violations);
    }

    [Fact]
    public async Task Takes_no_mail_before_authentication()
    {
        await using var server = await ScriptedSmtpServer.StartAsync(new SmtpScript { Credentials = Right });
        using var client = await RawSmtpClient.ConnectAsync(server);
        await client.ReplyAsync();
        await client.SayAsync("EHLO client.example");

        Assert.StartsWith("530", await client.SayAsync("MAIL FROM:<a@client.example>"));
    }

    [Theory]
    [InlineData(TlsStart.StartTls)]
    [InlineData(TlsStart.Implicit)]
    internal async Task Speaks_TLS(TlsStart start)
    {
        await using var server = await ScriptedSmtpServer.StartAsync(new SmtpScript { Tls = start });

        Assert.Equal("delivered", await TestSend.RunAsync(server));

        var tls = (await server.WaitForMessageAsync()).Tls;
        Assert.True(tls is SslProtocols.Tls12 or SslProtocols.Tls13, $"{tls}");
    }

    private static async Task AuthenticateAsync(ScriptedSmtpServer server, string mechanism, string secret)
    {
        using var client = await TestSend.ConnectAsync(server, CancellationToken.None);
        await client.AuthenticateAsync(SaslMechanism.Create(mechanism, new(Right.Username, secret))!);
        await client.DisconnectAsync(quit: true);
    }
}
