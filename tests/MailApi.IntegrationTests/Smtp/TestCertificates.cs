using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MailApi.IntegrationTests.Smtp;

/// <summary>Certificates of an authority that lives as long as the test run.</summary>
internal static class TestCertificates
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;

    /// <summary>The issuer of all but the self-signed one.</summary>
    public static X509Certificate2 Authority { get; } = MakeAuthority();

    /// <summary>For <c>localhost</c> and 127.0.0.1.</summary>
    public static X509Certificate2 Valid { get; } = Issue("localhost", Now.AddDays(-1), Now.AddDays(2));

    public static X509Certificate2 Expired { get; } = Issue("localhost", Now.AddDays(-10), Now.AddDays(-5));

    public static X509Certificate2 WrongHost { get; } = Issue("other.example", Now.AddDays(-1), Now.AddDays(2));

    public static X509Certificate2 SelfSigned { get; } = MakeSelfSigned();

    private static X509Certificate2 MakeAuthority()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Test authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        return Reload(request.CreateSelfSigned(Now.AddDays(-30), Now.AddDays(30)));
    }

    private static X509Certificate2 Issue(string host, DateTimeOffset from, DateTimeOffset until)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = ServerRequest(host, key);
        request.CertificateExtensions.Add(
            X509AuthorityKeyIdentifierExtension.CreateFromCertificate(Authority, true, false));
        using var bare = request.Create(Authority, from, until, RandomNumberGenerator.GetBytes(12));
        return Reload(bare.CopyWithPrivateKey(key));
    }

    private static X509Certificate2 MakeSelfSigned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return Reload(ServerRequest("localhost", key).CreateSelfSigned(Now.AddDays(-1), Now.AddDays(2)));
    }

    private static CertificateRequest ServerRequest(string host, ECDsa key)
    {
        var request = new CertificateRequest($"CN={host}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(host);
        if (host == "localhost")
        {
            names.AddIpAddress(IPAddress.Loopback);
        }

        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], false));
        return request;
    }

    /// <summary>Through PKCS#12, so that the private key outlives the key object it was made with.</summary>
    private static X509Certificate2 Reload(X509Certificate2 certificate)
    {
        using (certificate)
        {
            return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
        }
    }
}
