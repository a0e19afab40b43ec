using MailApi.Core.Feedback;
using MailApi.Core.Feedback.Relays;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace MailApi.Bounces.Relays;

/// <summary>Takes what SendGrid's event webhook tells.</summary>
internal static class ReceiveSendGrid
{
    public static async Task<Results<Ok<NoticesResponse>, ProblemHttpResult>> HandleAsync(
        HttpRequest request, IOptions<BounceOptions> options, ReceiveReport reports, CancellationToken cancellationToken)
    {
        var key = options.Value.SendGrid.PublicKey;
        if (key.Length == 0)
        {
            return RelayRequests.Closed("Bounces:SendGrid:PublicKey");
        }

        var body = await RelayRequests.ReadBodyAsync(request, cancellationToken);
        var signature = request.Headers[SendGridSignature.SignatureHeader].ToString();
        if (!SendGridSignature.Verify(key, signature, request.Headers[SendGridSignature.TimestampHeader].ToString(), body))
        {
            return RelayRequests.NotTheirs("The request is not signed by the key of Bounces:SendGrid:PublicKey.");
        }

        return RelayRequests.Parse(body) is { } events
            ? await reports.ReceiveAsync(SendGridEvents.Read(events), "sendgrid", cancellationToken)
            : RelayRequests.NotJson();
    }
}
