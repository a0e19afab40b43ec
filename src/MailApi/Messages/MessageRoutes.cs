using MailApi.Core.Domain;
using MailApi.Http;
using MailApi.Messages.Sending;

namespace MailApi.Messages;

/// <summary>Sending messages, and seeing what became of them.</summary>
internal static class MessageRoutes
{
    public static RouteGroupBuilder MapMessages(this RouteGroupBuilder v1)
    {
        var send = v1.MapGroup("/messages").WithTags("Messages").RequireScope(Scopes.Send);
        var read = v1.MapGroup("/messages").WithTags("Messages").RequireScope(Scopes.Read);

        send.MapPost("/", (SendMessageRequest request, ApiCaller caller, HttpContext context, SendMessage operation,
                CancellationToken cancellationToken) => operation.HandleAsync(request, caller, context, cancellationToken))
            .WithName("sendMessage").WithExample(MessageExamples.Send)
            .WithSummary("Send a message").WithDescription(
                "Answers 202 once the message is durable. An Idempotency-Key makes it safe to send the request again.")
            .Produces<AcceptedMessageResponse>(StatusCodes.Status202Accepted)
            .Declare(400, 401, 403, 409, 413, 422, 429, 503);

        send.MapPost("/batch", (SendBatchRequest request, ApiCaller caller, HttpContext context, SendBatch operation,
                CancellationToken cancellationToken) => operation.HandleAsync(request, caller, context, cancellationToken))
            .WithName("sendBatch").WithExample(MessageExamples.Batch)
            .WithSummary("Send up to 100 messages").WithDescription(
                "In mode atomic all are accepted or none; in mode partial each for itself.")
            .Produces<BatchResponse>(StatusCodes.Status202Accepted)
            .Declare(400, 401, 403, 409, 413, 422, 429, 503);

        send.MapPost("/validate", (SendMessageRequest request, ApiCaller caller, HttpContext context, ValidateMessage operation,
                CancellationToken cancellationToken) => operation.HandleAsync(request, caller, context, cancellationToken))
            .WithName("validateMessage").WithExample(MessageExamples.Validate)
            .WithSummary("Check a message without sending it").WithDescription("Accept: text/html answers the page itself.")
            .Produces<ValidateMessageResponse>(StatusCodes.Status200OK, "application/json", HtmlPage.MediaType)
            .Declare(400, 401, 403, 413, 422, 429);

        send.MapPatch("/{id}", RescheduleMessage.HandleAsync)
            .WithName("rescheduleMessage").WithExample(MessageExamples.Reschedule)
            .WithSummary("Move a scheduled message to another time")
            .Declare(400, 401, 403, 404, 409, 422, 429);

        send.MapPost("/{id}/cancel", CancelMessage.HandleAsync)
            .WithName("cancelMessage").WithSummary("Take a message back before its first attempt")
            .Declare(400, 401, 403, 404, 409, 429);

        send.MapPost("/{id}/resend", ResendMessage.HandleAsync)
            .WithName("resendMessage").WithSummary("Send the same content again as a new message")
            .Produces<AcceptedMessageResponse>(StatusCodes.Status202Accepted)
            .Declare(400, 401, 403, 404, 409, 422, 429, 503);

        read.MapGet("/", ListMessages.HandleAsync)
            .WithName("listMessages").WithSummary("List messages, newest first")
            .WithQuery(
                "status", "recipient", "from", "tag", "template", "since", "until", "cursor", "limit", "order")
            .Produces<ListResponse<MessageResponse>>()
            .Declare(400, 401, 403, 429);

        read.MapGet("/{id}", GetMessage.HandleAsync)
            .WithName("getMessage").WithSummary("Get a message with the status of each recipient")
            .Declare(400, 401, 403, 404, 429);

        read.MapGet("/{id}/events", Events.ListMessageEvents.HandleAsync)
            .WithName("listMessageEvents").WithSummary("The timeline of a message, oldest first")
            .WithQuery("cursor", "limit", "order")
            .Produces<ListResponse<Events.EventResponse>>()
            .Declare(400, 401, 403, 404, 429);

        read.MapGet("/{id}/attempts", ListAttempts.HandleAsync)
            .WithName("listAttempts").WithSummary("Every SMTP attempt of a message, oldest first")
            .Declare(400, 401, 403, 404, 429);

        read.MapGet("/{id}/content", GetContent.HandleAsync)
            .WithName("getMessageContent").WithSummary("The content as JSON, or as MIME")
            .Produces<ContentResponse>(StatusCodes.Status200OK, "application/json", GetContent.Mime)
            .Declare(400, 401, 403, 404, 410, 429);

        return v1;
    }
}
