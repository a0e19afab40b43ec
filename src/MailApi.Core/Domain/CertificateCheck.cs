using System.Globalization;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace MailApi.Core.Domain;

/// <summary>Judges a server's certificate and keeps the reason, for the log and the health page.</summary>
internal sealed class CertificateCheck(string host, bool trusting, TimeProvider time)
{
    /// <summary>What is wrong, as a sentence; null when nothing is.</summary>
    public string? Problem { get; private set; }

    public bool Accept(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        Problem = errors == SslPolicyErrors.None ? null : Describe(certificate as X509Certificate2, chain, errors);
        return trusting || Problem is null;
    }

    private string Describe(X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is null)
        {
            return "The server presented no certificate.";
        }

        if (certificate.NotAfter.ToUniversalTime() is var end && end < time.GetUtcNow())
        {
            return $"The certificate of {host} expired on {Day(end)}.";
        }

        if (certificate.NotBefore.ToUniversalTime() is var start && start > time.GetUtcNow())
        {
            return $"The certificate of {host} is not valid before {Day(start)}.";
        }

        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
        {
            return $"The certificate is for {NamesOf(certificate)}, not for {host}.";
        }

        if (certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData))
        {
            return $"The certificate of {host} is self-signed.";
        }

        var status = chain?.ChainStatus.Select(s => s.Status.ToString()) ?? [];
        return $"The certificate of {host} is not trusted: {string.Join(", ", status)}.";
    }

    private static string Day(DateTime day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string NamesOf(X509Certificate2 certificate)
    {
        var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault();
        string[] listed = names is null
            ? [certificate.GetNameInfo(X509NameType.DnsName, forIssuer: false)]
            : [.. names.EnumerateDnsNames(), .. names.EnumerateIPAddresses().Select(ip => ip.ToString())];
        return listed.Length == 0 ? "no name at all" : string.Join(", ", listed.Take(5));
    }
}
