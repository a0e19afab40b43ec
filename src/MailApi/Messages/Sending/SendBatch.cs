using System.Text.Json;
using FluentValidation;
using MailApi.Core.Accepting;
using MailApi.Http;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;

namespace MailApi.Messages.Sending;

/// <summary>Accepts up to a hundred messages in one transaction: all or none, or each for itself.</summary>
internal sealed class SendBatch(
    PrepareMessage prepare,
    Acceptance acceptance,
    Idempotency idempotency,
    IValidator<SendMessageRequest> validator,
    IOptions<JsonOptions> json)
{
    private const string KeyPointer = "/idempotency_key";

    public Task<IResult> HandleAsync(
        SendBatchRequest request, ApiCaller caller, HttpContext context, CancellationToken cancellationToken) =>
        idempotency.OnceAsync(
            request, caller, context,
            claim => AcceptAsync(request, caller, claim, context.Response, cancellationToken), cancellationToken);

    private async Task<IResult?> AcceptAsync(
        SendBatchRequest request, ApiCaller caller, IdempotencyClaim? claim, HttpResponse response,
        CancellationToken cancellationToken)
    {
        var partial = request.Mode == "partial";
        var items = request.Messages.Select((m, i) => new BatchItem(i, m)).ToList();
        await ReplayAsync(items, caller, cancellationToken);
        foreach (var item in items.Where(i => i.Answer is null && i.Problem is null))
        {
            await PrepareAsync(item, caller, cancellationToken);
        }

        if (!partial && items.Exists(i => i.Problem is not null))
        {
            return Problems.Invalid([.. items.SelectMany(i => i.Errors)]);
        }

        var open = items.Where(i => i.Message is not null).ToList();
        if (open.Count > 0)
        {
            var answers = new AcceptAnswers(results => Body(items, open, results), Body);
            var results = await acceptance.AcceptAsync(
                [.. open.Select(i => i.Message!)], claim, partial ? AcceptMode.Partial : AcceptMode.Atomic, answers,
                cancellationToken);
            if (results is null)
            {
                return Problems.Unavailable("The service is busy; nothing was queued. Send the batch again in a second.");
            }

            if (claim is not null && results is [AcceptResult.KeyUsed used] && used.Key == claim.Key)
            {
                return null;
            }

            Settle(open, results, response);
        }

        return !partial && items.Exists(i => i.Problem is not null)
            ? Problems.Invalid([.. items.SelectMany(i => i.Errors)])
            : TypedResults.Json(
                new BatchResponse([.. items.Select(i => i.Response)]), json.Value.SerializerOptions,
                statusCode: StatusCodes.Status202Accepted);
    }

    /// <summary>Messages whose own key has been used are answered as they were then.</summary>
    private async Task ReplayAsync(List<BatchItem> items, ApiCaller caller, CancellationToken cancellationToken)
    {
        var seen = new HashSet<string>();
        foreach (var item in items.Where(i => i.Request.IdempotencyKey is not null))
        {
            var key = item.Request.IdempotencyKey!;
            if (!Idempotency.IsKey(key) || !seen.Add(key))
            {
                item.Fail(
                    Problems.Unprocessable(
                        "invalid_idempotency_key", "An idempotency key has 1 to 256 visible ASCII characters, and is used once per batch."),
                    KeyPointer, "invalid_idempotency_key");
                continue;
            }

            item.Claim = idempotency.Claim(key, item.Request);
        }

        var rows = await idempotency.FindAsync(caller.ProjectId, [.. seen], cancellationToken);
        foreach (var item in items.Where(i => i.Claim is not null && rows.ContainsKey(i.Claim.Key)))
        {
            var row = rows[item.Claim!.Key];
            if (row.RequestHash.AsSpan().SequenceEqual(item.Claim.RequestHash))
            {
                item.Succeed(idempotency.Answered(row));
            }
            else
            {
                item.Fail(Idempotency.Reused(), KeyPointer, "idempotency_key_reused");
            }
        }
    }

    private async Task PrepareAsync(BatchItem item, ApiCaller caller, CancellationToken cancellationToken)
    {
        var validation = validator.Validate(item.Request);
        if (!validation.IsValid)
        {
            var errors = Pointers.ToErrors(validation);
            item.Fail(Problems.Invalid(errors), errors);
            return;
        }

        var prepared = await prepare.RunAsync(item.Request, caller, item.Claim, cancellationToken);
        item.Message = prepared.Message;
        if (prepared.Refusal is { } refusal)
        {
            item.Fail(refusal.Problem, refusal.Errors);
        }
    }

    private static void Settle(List<BatchItem> open, IReadOnlyList<AcceptResult> results, HttpResponse response)
    {
        for (var i = 0; i < open.Count; i++)
        {
            switch (results[i])
            {
                case AcceptResult.Accepted accepted:
                    open[i].Succeed(AcceptedMessageResponse.Of(accepted.Message, accepted.Recipients));
                    break;
                case AcceptResult.AllSuppressed suppressed:
                    open[i].Fail(MessageProblems.AllSuppressed(suppressed.Recipients), "/to", "all_recipients_suppressed");
                    break;
                case AcceptResult.KeyUsed:
                    open[i].Fail(Idempotency.InProgress(response), KeyPointer, "idempotency_in_progress");
                    break;
            }
        }
    }

    /// <summary>What is kept for the header's key: the whole answer, partial failures included.</summary>
    private byte[] Body(List<BatchItem> items, List<BatchItem> open, IReadOnlyList<AcceptResult> results)
    {
        Settle(open, results, new DefaultHttpContext().Response);
        return JsonSerializer.SerializeToUtf8Bytes(
            new BatchResponse([.. items.Select(i => i.Response)]), json.Value.SerializerOptions);
    }

    private byte[] Body(AcceptResult.Accepted accepted) => JsonSerializer.SerializeToUtf8Bytes(
        AcceptedMessageResponse.Of(accepted.Message, accepted.Recipients), json.Value.SerializerOptions);
}
