using MailApi.Core.Data;
using MailApi.Core.Domain;
using MailApi.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace MailApi.Messages;

/// <summary>One message with the status of each recipient.</summary>
internal static class GetMessage
{
    public static async Task<Results<Ok<MessageResponse>, ProblemHttpResult>> HandleAsync(
        Id<Message> id, ApiCaller caller, MailDb db, ServiceHeaders headers, TimeProvider time, CancellationToken cancellationToken)
    {
        var message = await db.FindMessageAsync(caller.ProjectId, id, cancellationToken);
        if (message is null)
        {
            return Problems.NotFound("message");
        }

        var recipients = await db.Recipients.AsNoTracking()
            .Where(r => r.MessageId == id).OrderBy(r => r.Position).ToListAsync(cancellationToken);
        return TypedResults.Ok(MessageResponse.Of(message, recipients, headers, time.GetUtcNow()));
    }
}
