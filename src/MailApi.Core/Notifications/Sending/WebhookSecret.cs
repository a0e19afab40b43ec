using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace MailApi.Core.Notifications.Sending;

/// <summary>The secret an endpoint shares with us: <c>whsec_</c> and the key in base64 (Standard Webhooks 1.0).</summary>
public sealed class WebhookSecret
{
    private const string Prefix = "whsec_";
    private const int NewLength = 32;
    private const int MinLength = 24;
    private const int MaxLength = 64;

    /// <summary>Of a key of 24 to 64 bytes, the bounds of the specification.</summary>
    public WebhookSecret(byte[] key)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(key.Length, MinLength);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(key.Length, MaxLength);
        Key = key;
    }

    /// <summary>What is signed with.</summary>
    public byte[] Key { get; }

    /// <summary>What the receiver is given. No <c>ToString</c>, so that no log shows it by accident.</summary>
    public string Text => Prefix + Convert.ToBase64String(Key);

    /// <summary>256 random bits.</summary>
    public static WebhookSecret New() => new(RandomNumberGenerator.GetBytes(NewLength));

    public static bool TryParse(string text, [NotNullWhen(true)] out WebhookSecret? secret)
    {
        var key = new byte[MaxLength];
        secret = text.StartsWith(Prefix, StringComparison.Ordinal)
            && Convert.TryFromBase64String(text[Prefix.Length..], key, out var length)
            && length >= MinLength
            ? new WebhookSecret(key[..length])
            : null;
        return secret is not null;
    }
}
