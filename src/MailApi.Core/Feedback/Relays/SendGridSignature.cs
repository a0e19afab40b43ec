using System.Security.Cryptography;
using System.Text;

namespace MailApi.Core.Feedback.Relays;

/// <summary>The signature of SendGrid's event webhook: ECDSA with SHA-256 over the timestamp and the body.</summary>
public static class SendGridSignature
{
    public const string SignatureHeader = "X-Twilio-Email-Event-Webhook-Signature";
    public const string TimestampHeader = "X-Twilio-Email-Event-Webhook-Timestamp";

    /// <summary>
    /// An old request passes too: SendGrid goes on for a day, and news that comes again changes nothing.
    /// </summary>
    public static bool Verify(string publicKey, string? signature, string? timestamp, ReadOnlySpan<byte> body)
    {
        Span<byte> bytes = stackalloc byte[256];
        if (string.IsNullOrEmpty(timestamp) || timestamp.Length > 20
            || !Convert.TryFromBase64String(signature ?? "", bytes, out var length))
        {
            return false;
        }

        using var key = Import(publicKey);
        byte[] signed = [.. Encoding.UTF8.GetBytes(timestamp), .. body];
        return key.VerifyData(signed, bytes[..length], HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
    }

    internal static ECDsa Import(string publicKey)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportSubjectPublicKeyInfo(Convert.FromBase64String(publicKey), out _);
            return key;
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }
}
