using System.Text.Json;
using MailApi.Core.Accepting;
using MailApi.Http;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;

namespace MailApi.Messages.Sending;

/// <summary>Accepts a message: the 202 is written after it is durable.</summary>
internal sealed class SendMessage(
    PrepareMessage prepare, Acceptance acceptance, Idempotency idempotency, IOptions<JsonOptions> json)
{
    public Task<IResult> HandleAsync(
        SendMessageRequest request, ApiCaller caller, HttpContext context, CancellationToken cancellationToken) =>
        idempotency.OnceAsync(
            request, caller, context,
            claim => AcceptAsync(request, caller, claim, context.Response, cancellationToken), cancellationToken);

    private async Task<IResult?> AcceptAsync(
        SendMessageRequest request, ApiCaller caller, IdempotencyClaim? claim, HttpResponse response,
        CancellationToken cancellationToken)
    {
        var prepared = await prepare.RunAsync(request, caller, idempotency: null, cancellationToken);
        if (prepared.Message is not { } message)
        {
            return prepared.Refusal!.Problem;
        }

        var answers = new AcceptAnswers(results => Body((AcceptResult.Accepted)results[0]), Body);
        var results = await acceptance.AcceptAsync([message], claim, AcceptMode.Atomic, answers, cancellationToken);
        switch (results?[0])
        {
            case AcceptResult.Accepted accepted:
                response.Headers.Location = $"/v1/messages/{accepted.Message.Id}";
                return TypedResults.Json(
                    AcceptedMessageResponse.Of(accepted.Message, accepted.Recipients), json.Value.SerializerOptions,
                    statusCode: StatusCodes.Status202Accepted);
            case AcceptResult.AllSuppressed suppressed:
                return MessageProblems.AllSuppressed(suppressed.Recipients);
            case AcceptResult.KeyUsed:
                return null;
            default:
                return Problems.Unavailable("The service is busy; nothing was queued. Send the message again in a second.");
        }
    }

    private byte[] Body(AcceptResult.Accepted accepted) => JsonSerializer.SerializeToUtf8Bytes(
        AcceptedMessageResponse.Of(accepted.Message, accepted.Recipients), json.Value.SerializerOptions);
}
