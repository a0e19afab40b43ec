using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MailApi.Core.Smtp;

namespace MailApi.Tests.Smtp;

public sealed class EncryptionTests : IAsyncDisposable
{
    private readonly RelayDriver _driver = new();

    private LineServer Server => _driver.Server;

    public EncryptionTests() => Server.Offers = ["PIPELINING", "STARTTLS", "AUTH PLAIN"];

    public ValueTask DisposeAsync() => _driver.DisposeAsync();

    [Theory]
    [InlineData(RelaySecurity.Opportunistic, true)]
    [InlineData(RelaySecurity.StartTls, false)]
    [InlineData(RelaySecurity.Tls, false)]
    public async Task Delivers_inside_TLS(RelaySecurity security, bool checkCertificate)
    {
        Server.Certificate = Certificate("relay.test", -1, 1);
        Server.ImplicitTls = security == RelaySecurity.Tls;
        _driver.Options.Security = security;
        _driver.Options.CheckCertificate = checkCertificate;

        for (var i = 0; i < 3; i++)
        {
            var result = await _driver.SendAsync("a@b.test", "b@b.test");
            Assert.All(result.Recipients, r => Assert.Equal(RecipientResultKind.Delivered, r.Kind));
            Assert.Equal("TLSv1.3", result.Tls);
        }

        Assert.Equal(1, Server.Connections);
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("mail.client.test", "mail.client.test")]
    [InlineData("bücher.test", "xn--bcher-kva.test")]
    [InlineData("192.0.2.1", "[192.0.2.1]")]
    [InlineData("2001:db8::1", "[IPv6:2001:db8::1]")]
    public async Task Greets_once_when_there_is_no_TLS(string? name, string? greeted)
    {
        Server.Offers = ["PIPELINING"];
        _driver.Options.Security = RelaySecurity.Opportunistic;
        _driver.Options.LocalName = name;

        var result = await _driver.SendAsync("a@b.test");

        Assert.Equal(RecipientResultKind.Delivered, result.Recipients[0].Kind);
        Assert.Null(result.Tls);
        Assert.Equal($"EHLO {greeted ?? Dns.GetHostName()}", Server.Commands.First());
        Assert.StartsWith("MAIL", Server.Commands.ElementAt(1));
    }

    [Fact]
    public async Task Greets_again_inside_TLS_and_believes_what_is_offered_there()
    {
        Server.Certificate = Certificate("relay.test", -1, 1);
        Server.Offers = ["STARTTLS"];
        _driver.Options.Security = RelaySecurity.Opportunistic;
        Server.Answer = command =>
        {
            Server.Offers = command == "STARTTLS" ? ["PIPELINING", "SIZE 9"] : Server.Offers;
            return LineServer.Ordinary(command);
        };

        var result = await _driver.SendAsync("a@b.test");

        Assert.StartsWith("5.3.4 ", result.Recipients[0].Reason);
        Assert.Equal(["EHLO client.test", "STARTTLS", "EHLO client.test"], Server.Commands);
    }

    [Fact]
    public async Task Sends_the_password_inside_TLS()
    {
        Server.Certificate = Certificate("relay.test", -1, 1);
        (_driver.Options.Username, _driver.Options.Password) = ("user", "secret");
        (_driver.Options.Security, _driver.Options.CheckCertificate) = (null, false);
        Server.Answer = command => command.StartsWith("AUTH", StringComparison.Ordinal)
            ? "235 2.7.0 fine"
            : LineServer.Ordinary(command);

        Assert.Equal(RecipientResultKind.Delivered, (await _driver.SendAsync("a@b.test")).Recipients[0].Kind);
        Assert.Contains("AUTH PLAIN AHVzZXIAc2VjcmV0", Server.Commands);
    }

    [Theory]
    [InlineData("127.0.0.1", -1, 1, "The certificate of 127.0.0.1 is self-signed.")]
    [InlineData("127.0.0.1", -9, -3, "The certificate of 127.0.0.1 expired on ")]
    [InlineData("127.0.0.1", 3, 9, "The certificate of 127.0.0.1 is not valid before ")]
    [InlineData("relay.test", -1, 1, "The certificate is for relay.test, not for 127.0.0.1.")]
    public async Task Says_what_is_wrong_with_a_certificate(string name, int from, int to, string reason)
    {
        Server.Certificate = Certificate(name, from, to);
        _driver.Options.Security = RelaySecurity.StartTls;

        var result = await _driver.SendAsync("a@b.test");

        Assert.True(result.RelayTrouble);
        Assert.StartsWith(reason, result.Recipients[0].Reason);
        Assert.Empty(Server.Messages);
    }

    [Theory]
    [InlineData("454 4.7.0 not now", "The server refused STARTTLS: 454 4.7.0.")]
    [InlineData("220 ready\r\n250 injected", "The server sent a reply that no command asked for.")]
    [InlineData("220 ready\r\n250-in", "The server sent a reply that no command asked for.")]
    public async Task Defers_when_TLS_does_not_begin_well(string answer, string reason)
    {
        _driver.Options.Security = RelaySecurity.Opportunistic;
        Server.Answer = command => command == "STARTTLS" ? answer : LineServer.Ordinary(command);

        var result = await _driver.SendAsync("a@b.test");

        Assert.True(result.RelayTrouble);
        Assert.Equal(reason, result.Recipients[0].Reason);
        Assert.Equal(["EHLO client.test", "STARTTLS"], Server.Commands);
    }

    private static X509Certificate2 Certificate(string name, int fromDays, int toDays)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        if (IPAddress.TryParse(name, out var ip))
        {
            names.AddIpAddress(ip);
        }
        else
        {
            names.AddDnsName(name);
        }

        request.CertificateExtensions.Add(names.Build());
        var now = DateTimeOffset.UtcNow;
        using var made = request.CreateSelfSigned(now.AddDays(fromDays), now.AddDays(toDays));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }
}
