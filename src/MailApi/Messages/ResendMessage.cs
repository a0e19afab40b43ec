using MailApi.Core.Accepting;
using MailApi.Core.Data;
using MailApi.Core.Domain;
using MailApi.Core.Routing;
using MailApi.Http;
using MailApi.Messages.Sending;
using Microsoft.EntityFrameworkCore;

namespace MailApi.Messages;

/// <summary>Sends the same content to the same recipients once more, as a new message.</summary>
internal static class ResendMessage
{
    public static async Task<IResult> HandleAsync(
        Id<Message> id, ApiCaller caller, MailDb db, Acceptance acceptance, RelaySet relays, HttpResponse response,
        CancellationToken cancellationToken)
    {
        var message = await db.FindMessageAsync(caller.ProjectId, id, cancellationToken);
        if (message is null)
        {
            return Problems.NotFound("message");
        }

        var content = await db.Contents.AsNoTracking().SingleOrDefaultAsync(c => c.MessageId == id, cancellationToken);
        if (content is null)
        {
            return Problems.Conflict("content_purged", "The content of this message has been removed by age; send it anew.");
        }

        var recipients = await db.Recipients.AsNoTracking()
            .Where(r => r.MessageId == id).OrderBy(r => r.Position).ToListAsync(cancellationToken);
        var from = Stored(message.FromEmail, message.FromName);
        if (!caller.MaySendFrom(from.Address))
        {
            return Problems.Forbidden("from_not_allowed", "This key may not send from the address of this message.");
        }

        var again = new PendingMessage
        {
            ProjectId = message.ProjectId,
            From = from,
            Subject = message.Subject,
            Recipients = [.. recipients.Select(r => new PendingRecipient(Stored(r.Email, r.Name), r.Kind))],
            Priority = message.Priority,
            Sandbox = message.Sandbox || caller.Sandbox || relays.CaptureMode,
            SendAt = null,
            Tags = message.Tags,
            Metadata = message.Metadata,
            Mime = StoredMime.Unpack(content.Compressed, content.Mime),
            ResentFrom = id,
            Template = message.TemplateId is { } template
                ? new UsedTemplate(template, message.TemplateVersion ?? 0)
                : null,
        };
        return await AcceptAsync(again, acceptance, response, cancellationToken);
    }

    private static async Task<IResult> AcceptAsync(
        PendingMessage again, Acceptance acceptance, HttpResponse response, CancellationToken cancellationToken)
    {
        var results = await acceptance.AcceptAsync([again], null, AcceptMode.Atomic, AcceptAnswers.None, cancellationToken);
        switch (results?[0])
        {
            case AcceptResult.Accepted accepted:
                response.Headers.Location = $"/v1/messages/{accepted.Message.Id}";
                return TypedResults.Json(
                    AcceptedMessageResponse.Of(accepted.Message, accepted.Recipients),
                    statusCode: StatusCodes.Status202Accepted);
            case AcceptResult.AllSuppressed suppressed:
                return MessageProblems.AllSuppressed(suppressed.Recipients);
            default:
                return Problems.Unavailable("The service is busy; nothing was queued. Try again in a second.");
        }
    }

    private static Mailbox Stored(string email, string? name) => EmailAddress.TryParse(email, out var address, out var error)
        ? new Mailbox(address, name)
        : throw new InvalidOperationException($"A stored address cannot be read: {error}");
}
