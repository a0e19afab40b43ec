using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace MailApi.Core.Notifications.Sending;

/// <summary>Signs as Standard Webhooks 1.0 has it: HMAC-SHA256 over <c>id.seconds.body</c>, scheme <c>v1</c>.</summary>
public static class WebhookSignature
{
    /// <summary>The value of <c>webhook-signature</c>: one signature per key, the receiver may know either.</summary>
    public static string Sign(
        IReadOnlyList<byte[]> keys, string id, DateTimeOffset timestamp, ReadOnlySpan<byte> body)
    {
        var signed = new List<string>(keys.Count);
        var head = Encoding.UTF8.GetBytes($"{id}.{Seconds(timestamp)}.");
        var mac = new byte[HMACSHA256.HashSizeInBytes];
        foreach (var key in keys)
        {
            using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
            hmac.AppendData(head);
            hmac.AppendData(body);
            hmac.GetHashAndReset(mac);
            signed.Add($"v1,{Convert.ToBase64String(mac)}");
        }

        return string.Join(' ', signed);
    }

    /// <summary>The value of <c>webhook-timestamp</c>.</summary>
    internal static string Seconds(DateTimeOffset timestamp) =>
        timestamp.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
}
