using System.Security.Cryptography;
using System.Text;
using MailApi.Core.Feedback;
using MailApi.Core.Feedback.Relays;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace MailApi.Bounces.Relays;

/// <summary>Takes what Postmark's webhooks tell.</summary>
internal static class ReceivePostmark
{
    private const string Basic = "Basic ";

    public static async Task<Results<Ok<NoticesResponse>, ProblemHttpResult>> HandleAsync(
        HttpRequest request, IOptions<BounceOptions> options, ReceiveReport reports, CancellationToken cancellationToken)
    {
        var expected = options.Value.Postmark;
        if (expected.Username.Length == 0)
        {
            return RelayRequests.Closed("Bounces:Postmark:Username");
        }

        if (!IsTheirs(request.Headers.Authorization.ToString(), $"{expected.Username}:{expected.Password}"))
        {
            request.HttpContext.Response.Headers.WWWAuthenticate = "Basic";
            return RelayRequests.NotTheirs("The URL that Postmark is given must have Bounces:Postmark:Username and Password.");
        }

        return RelayRequests.Parse(await RelayRequests.ReadBodyAsync(request, cancellationToken)) is { } record
            ? await reports.ReceiveAsync(PostmarkEvents.Read(record), "postmark", cancellationToken)
            : RelayRequests.NotJson();
    }

    /// <summary>Hashes are compared, so that time tells nothing, not even a length.</summary>
    private static bool IsTheirs(string authorization, string expected)
    {
        var given = new byte[1024];
        return authorization.StartsWith(Basic, StringComparison.OrdinalIgnoreCase)
            && Convert.TryFromBase64String(authorization[Basic.Length..].Trim(), given, out var length)
            && CryptographicOperations.FixedTimeEquals(
                SHA256.HashData(given.AsSpan(0, length)), SHA256.HashData(Encoding.UTF8.GetBytes(expected)));
    }
}
