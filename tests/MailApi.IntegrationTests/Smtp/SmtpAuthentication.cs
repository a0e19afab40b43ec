using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace MailApi.IntegrationTests.Smtp;

/// <summary>
/// The server's side of AUTH (RFC 4954): asks through <paramref name="ask"/>, which sends a 334 and returns the decoded
/// answer, null when the client gave up. Each mechanism says whether the client knows the secret.
/// </summary>
internal sealed class SmtpAuthentication(SmtpCredentials credentials, Func<string, Task<string?>> ask)
{
    private const int Iterations = 4096;

    public Task<bool> RunAsync(string mechanism, string? initial) => mechanism switch
    {
        "PLAIN" => PlainAsync(initial),
        "LOGIN" => LoginAsync(initial),
        "CRAM-MD5" => CramMd5Async(),
        "SCRAM-SHA-256" => ScramSha256Async(initial),
        "XOAUTH2" => XOAuth2Async(initial),
        _ => Task.FromResult(false),
    };

    private async Task<bool> PlainAsync(string? initial) =>
        (initial ?? await ask(""))?.Split('\0') is [_, var name, var password] && Fits(name, password);

    private async Task<bool> LoginAsync(string? initial)
    {
        var name = initial ?? await ask("Username:");
        return await ask("Password:") is { } password && Fits(name, password);
    }

    /// <summary>RFC 2195; old servers still ask for it, so a client has to prove that it can.</summary>
    [SuppressMessage("Security", "CA5351", Justification = "The mechanism is made of HMAC-MD5.")]
    private async Task<bool> CramMd5Async()
    {
        var challenge = $"<{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}@scripted.test>";
        var digest = HMACMD5.HashData(Utf8(credentials.Secret), Utf8(challenge));
        return await ask(challenge) == $"{credentials.Username} {Convert.ToHexStringLower(digest)}";
    }

    /// <summary>RFC 5802 §3 and RFC 7677, without channel binding.</summary>
    private async Task<bool> ScramSha256Async(string? initial)
    {
        var first = initial ?? await ask("");
        if (first?.Split(',', 3) is not ["n" or "y", _, var clientFirst]
            || Attribute(clientFirst, "n=") != credentials.Username)
        {
            return false;
        }

        var salt = RandomNumberGenerator.GetBytes(16);
        var nonce = Attribute(clientFirst, "r=") + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(9));
        var serverFirst = $"r={nonce},s={Convert.ToBase64String(salt)},i={Iterations}";
        var clientFinal = await ask(serverFirst) ?? "";
        var withoutProof = clientFinal.Split(",p=")[0];
        if (Attribute(clientFinal, "r=") != nonce || Attribute(clientFinal, "p=") is not { } proof)
        {
            return false;
        }

        var salted = Rfc2898DeriveBytes.Pbkdf2(credentials.Secret, salt, Iterations, HashAlgorithmName.SHA256, 32);
        var transcript = Utf8($"{clientFirst},{serverFirst},{withoutProof}");
        var clientKey = HMACSHA256.HashData(salted, "Client Key"u8);
        var signature = HMACSHA256.HashData(SHA256.HashData(clientKey), transcript);
        var expected = clientKey.Zip(signature, (k, s) => (byte)(k ^ s)).ToArray();
        if (!expected.AsSpan().SequenceEqual(Convert.FromBase64String(proof)))
        {
            return false;
        }

        var serverSignature = HMACSHA256.HashData(HMACSHA256.HashData(salted, "Server Key"u8), transcript);
        return await ask($"v={Convert.ToBase64String(serverSignature)}") is not null;
    }

    /// <summary>A refused token is explained in a challenge that the client answers with an empty line.</summary>
    private async Task<bool> XOAuth2Async(string? initial)
    {
        var answer = initial ?? await ask("");
        if (answer == $"user={credentials.Username}\u0001auth=Bearer {credentials.Secret}\u0001\u0001")
        {
            return true;
        }

        await ask("""{"status":"401","schemes":"bearer"}""");
        return false;
    }

    private bool Fits(string? name, string password) => name == credentials.Username && password == credentials.Secret;

    private static string? Attribute(string message, string name) =>
        message.Split(',').FirstOrDefault(p => p.StartsWith(name, StringComparison.Ordinal))?[name.Length..];

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);
}
