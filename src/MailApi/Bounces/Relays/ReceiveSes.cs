using System.Text;
using System.Text.Json;
using MailApi.Core.Feedback;
using MailApi.Core.Feedback.Relays;
using MailApi.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace MailApi.Bounces.Relays;

/// <summary>Takes what Amazon SES tells by way of SNS, and confirms the subscription of a topic that is listed.</summary>
internal static partial class ReceiveSes
{
    public static async Task<Results<Ok<NoticesResponse>, ProblemHttpResult>> HandleAsync(
        HttpRequest request, IOptions<BounceOptions> options, SnsSignature signature, AmazonFetch fetch,
        ReceiveReport reports, ILogger<SnsSignature> logger, CancellationToken cancellationToken)
    {
        var topics = options.Value.Ses.TopicArns;
        if (topics.Count == 0)
        {
            return RelayRequests.Closed("Bounces:Ses:TopicArns");
        }

        if (RelayRequests.Parse(await RelayRequests.ReadBodyAsync(request, cancellationToken)) is not { } message)
        {
            return RelayRequests.NotJson();
        }

        var topic = message.Text("TopicArn");
        if (topic is null || !topics.Contains(topic, StringComparer.Ordinal)
            || !await signature.VerifyAsync(message, cancellationToken))
        {
            return RelayRequests.NotTheirs("The message is not signed by SNS for a topic of Bounces:Ses:TopicArns.");
        }

        switch (message.Text("Type"))
        {
            case "SubscriptionConfirmation":
                return await ConfirmAsync(message, topic, fetch, logger, cancellationToken);
            case "Notification" when RelayRequests.Parse(Encoding.UTF8.GetBytes(message.Text("Message") ?? "")) is { } told:
                return await reports.ReceiveAsync(SesEvents.Read(told), "ses", cancellationToken);
            default:
                return TypedResults.Ok(new NoticesResponse(0, 0, 0));
        }
    }

    private static async Task<Results<Ok<NoticesResponse>, ProblemHttpResult>> ConfirmAsync(
        JsonElement message, string topic, AmazonFetch fetch, ILogger logger, CancellationToken cancellationToken)
    {
        if (!SnsSignature.IsAmazons(message.Text("SubscribeURL"), out var url)
            || await fetch(url, cancellationToken) is null)
        {
            return Problems.Unavailable("The subscription could not be confirmed.");
        }

        Log.Confirmed(logger, topic);
        return TypedResults.Ok(new NoticesResponse(0, 0, 0));
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Confirmed the subscription of topic {Topic}")]
        public static partial void Confirmed(ILogger logger, string topic);
    }
}
