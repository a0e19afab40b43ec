using System.Security.Cryptography;
using System.Text;

namespace MailApi.Core.Domain;

/// <summary>Keys as callers hold them: <c>mk_live_&lt;keyid&gt;_&lt;secret&gt;</c>.</summary>
/// <param name="Sandbox">True for <c>mk_test_</c>.</param>
/// <param name="Id">26 characters.</param>
/// <param name="Secret">52 characters of Crockford's base32: 256 random bits.</param>
public readonly record struct KeySecret(bool Sandbox, Id<ApiKey> Id, string Secret)
{
    private const int SecretLength = 52;
    private const string Live = "mk_live_";
    private const string Test = "mk_test_";

    /// <summary>A new secret for a key.</summary>
    public static KeySecret New(Id<ApiKey> id, bool sandbox) =>
        new(sandbox, id, Crockford32.Encode(RandomNumberGenerator.GetBytes(32)));

    /// <summary>What may be shown of a key at any time.</summary>
    public static string Prefix(Id<ApiKey> id, bool sandbox) => $"{(sandbox ? Test : Live)}{id.Bare}";

    public static bool TryParse(string text, out KeySecret key)
    {
        key = default;
        var sandbox = text.StartsWith(Test, StringComparison.Ordinal);
        if (text.Length != Live.Length + 26 + 1 + SecretLength
            || (!sandbox && !text.StartsWith(Live, StringComparison.Ordinal))
            || text[Live.Length + 26] != '_'
            || !Crockford32.TryDecode(text.AsSpan(Live.Length, 26), out var id)
            || !Crockford32.IsText(text.AsSpan(Live.Length + 27)))
        {
            return false;
        }

        key = new KeySecret(sandbox, new Id<ApiKey>(id), text[(Live.Length + 27)..]);
        return true;
    }

    /// <summary>What is stored instead of the secret.</summary>
    public byte[] Hash() => SHA256.HashData(Encoding.ASCII.GetBytes(Secret));

    public override string ToString() => $"{Prefix(Id, Sandbox)}_{Secret}";
}
