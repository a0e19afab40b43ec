using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace MailApi.Core.Feedback.Relays;

/// <summary>
/// Tells whether Amazon SNS wrote a message: RSA over its fields, by a certificate that only Amazon's own servers can have
/// given us.
/// </summary>
/// <param name="fetch">Gets a certificate in PEM.</param>
/// <param name="time">Certificates run out.</param>
public sealed partial class SnsSignature(AmazonFetch fetch, TimeProvider time) : IDisposable
{
    private static readonly string[] Notification = ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"];

    private static readonly string[] Confirmation =
        ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"];

    private readonly ConcurrentDictionary<Uri, X509Certificate2> _certificates = new();

    /// <summary>True for an address of SNS: nobody but Amazon answers there.</summary>
    public static bool IsAmazons(string? text, out Uri url) => Uri.TryCreate(text, UriKind.Absolute, out url!)
        && url is { Scheme: "https", IsDefaultPort: true, UserInfo: "" } && Host().IsMatch(url.IdnHost);

    public async Task<bool> VerifyAsync(JsonElement message, CancellationToken cancellationToken)
    {
        HashAlgorithmName? hash = message.Text("SignatureVersion") switch
        {
            "1" => HashAlgorithmName.SHA1,
            "2" => HashAlgorithmName.SHA256,
            _ => null,
        };
        var signature = new byte[1024];
        if (hash is null || !Convert.TryFromBase64String(message.Text("Signature") ?? "", signature, out var length)
            || !IsAmazons(message.Text("SigningCertURL"), out var url)
            || !url.AbsolutePath.EndsWith(".pem", StringComparison.Ordinal)
            || await FindAsync(url, cancellationToken) is not { } certificate)
        {
            return false;
        }

        using var key = certificate.GetRSAPublicKey();
        return key is not null && key.VerifyData(
            Signed(message), signature.AsSpan(0, length), hash.Value, RSASignaturePadding.Pkcs1);
    }

    public void Dispose()
    {
        foreach (var certificate in _certificates.Values)
        {
            certificate.Dispose();
        }
    }

    /// <summary>Name and value of each field that is there, a line each, in the order of the names.</summary>
    private static byte[] Signed(JsonElement message)
    {
        var text = new StringBuilder();
        foreach (var name in message.Text("Type") == "Notification" ? Notification : Confirmation)
        {
            if (message.Find(name) is { ValueKind: JsonValueKind.String } value)
            {
                text.Append(name).Append('\n').Append(value.GetString()).Append('\n');
            }
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private async Task<X509Certificate2?> FindAsync(Uri url, CancellationToken cancellationToken)
    {
        if (!_certificates.TryGetValue(url, out var certificate))
        {
            if (await fetch(url, cancellationToken) is not { } pem || TryRead(pem) is not { } read)
            {
                return null;
            }

            certificate = _certificates.GetOrAdd(url, read);
        }

        var now = time.GetUtcNow();
        var isValid = certificate.NotBefore.ToUniversalTime() <= now && now <= certificate.NotAfter.ToUniversalTime();
        return isValid ? certificate : null;
    }

    private static X509Certificate2? TryRead(string pem)
    {
        try
        {
            return X509Certificate2.CreateFromPem(pem);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    [GeneratedRegex(@"^sns\.[a-z0-9-]{3,30}\.amazonaws\.com(\.cn)?\z", RegexOptions.NonBacktracking)]
    private static partial Regex Host();
}
