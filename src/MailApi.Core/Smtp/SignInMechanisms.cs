using MailKit.Security;

namespace MailApi.Core.Smtp;

/// <summary>The ways to authenticate at a relay (RFC 4954) or a mailbox, best first.</summary>
internal static class SignInMechanisms
{
    private static readonly string[] BestFirst = ["SCRAM-SHA-256", "SCRAM-SHA-1", "CRAM-MD5", "PLAIN", "LOGIN"];

    /// <summary>What <c>Relays:&lt;name&gt;:Auth</c> may say.</summary>
    public static IReadOnlyList<string> Names { get; } =
        ["auto", "none", "plain", "login", "cram-md5", "scram-sha-1", "scram-sha-256", "xoauth2", "oauthbearer"];

    /// <summary>True when whoever listens learns the password or token: all but the challenge mechanisms.</summary>
    public static bool ShowsPassword(string name) =>
        name.ToUpperInvariant() is "PLAIN" or "LOGIN" or "XOAUTH2" or "OAUTHBEARER";

    /// <summary>The mechanism to use with a server that offers these; null when none is left.</summary>
    public static string? Choose(string auth, bool mayShowPassword, IEnumerable<string> offered)
    {
        var wanted = auth.Equals("auto", StringComparison.OrdinalIgnoreCase) ? BestFirst : [auth.ToUpperInvariant()];
        return wanted.FirstOrDefault(name => offered.Contains(name, StringComparer.OrdinalIgnoreCase)
            && (mayShowPassword || !ShowsPassword(name)));
    }

    public static SaslMechanism Create(string name, string user, string password) => name switch
    {
        "PLAIN" => new SaslMechanismPlain(user, password),
        "LOGIN" => new SaslMechanismLogin(user, password),
        "CRAM-MD5" => new SaslMechanismCramMd5(user, password),
        "SCRAM-SHA-1" => new SaslMechanismScramSha1(user, password),
        "SCRAM-SHA-256" => new SaslMechanismScramSha256(user, password),
        "XOAUTH2" => new SaslMechanismOAuth2(user, password),
        "OAUTHBEARER" => new SaslMechanismOAuthBearer(user, password),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "Not a mechanism of Relays:<name>:Auth."),
    };
}
