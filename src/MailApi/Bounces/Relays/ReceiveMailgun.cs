using MailApi.Core.Feedback;
using MailApi.Core.Feedback.Relays;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace MailApi.Bounces.Relays;

/// <summary>Takes what Mailgun's webhooks tell.</summary>
internal static class ReceiveMailgun
{
    public static async Task<Results<Ok<NoticesResponse>, ProblemHttpResult>> HandleAsync(
        HttpRequest request, IOptions<BounceOptions> options, MailgunSignature signature, ReceiveReport reports,
        CancellationToken cancellationToken)
    {
        var key = options.Value.Mailgun.SigningKey;
        if (key.Length == 0)
        {
            return RelayRequests.Closed("Bounces:Mailgun:SigningKey");
        }

        var body = await RelayRequests.ReadBodyAsync(request, cancellationToken);
        if (RelayRequests.Parse(body) is not { } root)
        {
            return RelayRequests.NotJson();
        }

        return signature.Verify(key, root, body)
            ? await reports.ReceiveAsync(MailgunEvents.Read(root), "mailgun", cancellationToken)
            : RelayRequests.NotTheirs(
                "The request is not signed by the key of Bounces:Mailgun:SigningKey, is old, or reuses a token.");
    }
}
