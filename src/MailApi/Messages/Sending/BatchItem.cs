using MailApi.Core.Accepting;
using MailApi.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace MailApi.Messages.Sending;

/// <summary>A message of a batch on its way: it ends with an answer or a problem.</summary>
internal sealed class BatchItem(int index, BatchMessageRequest request)
{
    public BatchMessageRequest Request { get; } = request;

    /// <summary>What its own idempotency key stands for.</summary>
    public IdempotencyClaim? Claim { get; set; }

    /// <summary>Ready to be accepted; null when there is a problem, or nothing left to do.</summary>
    public PendingMessage? Message { get; set; }

    public BatchItemResponse? Answer { get; private set; }

    public ProblemHttpResult? Problem { get; private set; }

    /// <summary>The problem's pointers, seen from the whole request.</summary>
    public IReadOnlyList<FieldError> Errors { get; private set; } = [];

    public BatchItemResponse Response => Answer ?? BatchItemResponse.Of(index, Problem!);

    public void Succeed(AcceptedMessageResponse accepted)
    {
        Answer = BatchItemResponse.Of(index, accepted);
        Message = null;
    }

    public void Fail(ProblemHttpResult problem, IReadOnlyList<FieldError> errors)
    {
        Problem = problem;
        Errors = [.. errors.Select(e => e with { Pointer = $"/messages/{index}{e.Pointer}" })];
        Message = null;
    }

    /// <summary>A problem that concerns one field, or the message as a whole.</summary>
    public void Fail(ProblemHttpResult problem, string pointer, string code) =>
        Fail(problem, [new FieldError(pointer, code, problem.ProblemDetails.Detail ?? code)]);
}
