using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace MailApi.Core.Feedback.Relays;

/// <summary>
/// The signature in Mailgun's webhooks: HMAC-SHA256 over timestamp and token. It does not cover the event, so a token is
/// good for one body: whoever saw a request cannot sign another one with it.
/// </summary>
public sealed class MailgunSignature(TimeProvider time)
{
    /// <summary>Mailgun goes on for eight hours when it is not answered.</summary>
    private static readonly TimeSpan Tolerance = TimeSpan.FromHours(12);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, byte[]> _used = new(StringComparer.Ordinal);
    private readonly Queue<(DateTimeOffset At, string Token)> _order = new();

    public bool Verify(string signingKey, JsonElement root, ReadOnlySpan<byte> body)
    {
        if (root.Text("signature", "timestamp") is not { } timestamp || root.Text("signature", "token") is not { } token
            || root.Text("signature", "signature") is not { Length: 64 } signature || token.Length > 200
            || !long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
        {
            return false;
        }

        var now = time.GetUtcNow();
        var mac = Convert.ToHexStringLower(
            HMACSHA256.HashData(Encoding.UTF8.GetBytes(signingKey), Encoding.UTF8.GetBytes(timestamp + token)));
        return CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(mac), Encoding.UTF8.GetBytes(signature))
            && Math.Abs(now.ToUnixTimeSeconds() - (double)seconds) <= Tolerance.TotalSeconds
            && Use(token, SHA256.HashData(body), now);
    }

    /// <summary>False for a token that came with another body.</summary>
    private bool Use(string token, byte[] body, DateTimeOffset now)
    {
        lock (_lock)
        {
            // A token may be as old as it may be early.
            while (_order.TryPeek(out var oldest) && now - oldest.At > 2 * Tolerance)
            {
                _used.Remove(_order.Dequeue().Token);
            }

            if (_used.TryGetValue(token, out var known))
            {
                return known.AsSpan().SequenceEqual(body);
            }

            _used.Add(token, body);
            _order.Enqueue((now, token));
            return true;
        }
    }
}
