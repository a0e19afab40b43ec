using System.Security.Cryptography;

namespace MailApi.Core.Feedback.Relays;

/// <summary>Section <c>Bounces:Ses</c>: Amazon SES, by way of SNS.</summary>
public sealed class SesOptions
{
    /// <summary>The topics whose notifications are taken; none turns <c>POST /v1/bounces/ses</c> off.</summary>
    public IReadOnlyList<string> TopicArns { get; set; } = [];
}

/// <summary>Section <c>Bounces:SendGrid</c>.</summary>
public sealed class SendGridOptions
{
    /// <summary>
    /// The verification key of the signed event webhook, base64; empty turns <c>POST /v1/bounces/sendgrid</c> off.
    /// </summary>
    public string PublicKey { get; set; } = "";
}

/// <summary>Section <c>Bounces:Mailgun</c>.</summary>
public sealed class MailgunOptions
{
    /// <summary>The HTTP webhook signing key; empty turns <c>POST /v1/bounces/mailgun</c> off.</summary>
    public string SigningKey { get; set; } = "";
}

/// <summary>Section <c>Bounces:Postmark</c>: the user name and password in the URL that Postmark is given.</summary>
public sealed class PostmarkOptions
{
    /// <summary>Empty turns <c>POST /v1/bounces/postmark</c> off.</summary>
    public string Username { get; set; } = "";

    public string Password { get; set; } = "";
}

/// <summary>The rules of these sections, each broken one told in a sentence that names the key to set.</summary>
internal static class RelayWebhookRules
{
    public static IEnumerable<string> Check(BounceOptions options)
    {
        if (options.Ses.TopicArns.Any(arn => arn.Split(':') is not ["arn", _, "sns", _, _, { Length: > 0 }]))
        {
            yield return "Bounces:Ses:TopicArns must have ARNs of topics: arn:aws:sns:eu-west-1:123456789012:bounces.";
        }

        if (options.SendGrid.PublicKey.Length > 0 && !IsKey(options.SendGrid.PublicKey))
        {
            yield return "Bounces:SendGrid:PublicKey must be the verification key that SendGrid shows, in base64.";
        }

        if (options.Postmark.Username.Length > 0 != options.Postmark.Password.Length > 0)
        {
            yield return "Bounces:Postmark:Username and Bounces:Postmark:Password must both be set, or neither.";
        }
    }

    private static bool IsKey(string text)
    {
        try
        {
            using var key = SendGridSignature.Import(text);
            return true;
        }
        catch (Exception exception) when (exception is FormatException or CryptographicException)
        {
            return false;
        }
    }
}
