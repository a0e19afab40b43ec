using MailApi.Core.Composing;
using MailApi.Core.Domain;
using MailApi.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace MailApi.Messages.Sending;

/// <summary>What a message would be; nothing has been stored.</summary>
/// <param name="Subject">As it would be sent.</param>
/// <param name="Html">The HTML part.</param>
/// <param name="Text">The plain-text part, given or derived.</param>
/// <param name="Size">Octets of the finished MIME.</param>
/// <param name="Sandbox">True when it would never leave the service.</param>
/// <param name="Recipients">Each address once.</param>
public sealed record ValidateMessageResponse(
    string Subject, string? Html, string? Text, int Size, bool Sandbox, IReadOnlyList<AddressResponse> Recipients);

/// <summary>Runs a message through everything a send does before it is stored.</summary>
internal sealed class ValidateMessage(PrepareMessage prepare, TimeProvider time)
{
    public Results<Ok<ValidateMessageResponse>, ProblemHttpResult> Handle(SendMessageRequest request, ApiCaller caller)
    {
        var prepared = prepare.Run(request, caller, idempotency: null);
        if (prepared.Message is not { } message)
        {
            return MessageProblems.Refused(prepared.Errors);
        }

        var now = time.GetUtcNow();
        var prefix = ServiceHeaders.Write(Id<Message>.New(now), message.From.Address.Domain, now);
        var content = MimeReader.Read(prefix, message.Mime);
        return TypedResults.Ok(new ValidateMessageResponse(
            message.Subject, content.Html, content.Text, prefix.Length + message.Mime.Length, message.Sandbox,
            [.. message.Recipients.Select(r => new AddressResponse(r.Mailbox.Address.ToString(), r.Mailbox.Name))]));
    }
}
