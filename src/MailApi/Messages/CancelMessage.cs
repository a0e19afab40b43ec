using MailApi.Core.Accepting;
using MailApi.Core.Data;
using MailApi.Core.Domain;
using MailApi.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace MailApi.Messages;

/// <summary>Takes a message back before its first attempt.</summary>
internal static class CancelMessage
{
    public static async Task<Results<Ok<MessageResponse>, ProblemHttpResult>> HandleAsync(
        Id<Message> id, ApiCaller caller, MailDb db, ScheduledMessages scheduled, ServiceHeaders headers, TimeProvider time,
        CancellationToken cancellationToken)
    {
        if (await db.FindMessageAsync(caller.ProjectId, id, cancellationToken) is not { } message)
        {
            return Problems.NotFound("message");
        }

        if (!await scheduled.CancelAsync(message, cancellationToken))
        {
            return Problems.Conflict("not_cancellable", "The first attempt of this message has begun; it cannot be taken back.");
        }

        return await GetMessage.HandleAsync(id, caller, db, headers, time, cancellationToken);
    }
}
