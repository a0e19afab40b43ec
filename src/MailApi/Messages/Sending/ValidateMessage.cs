using MailApi.Core.Composing;
using MailApi.Core.Domain;
using MailApi.Core.Templating.Html;
using MailApi.Http;

namespace MailApi.Messages.Sending;

/// <summary>What a message would be; nothing has been stored.</summary>
/// <param name="Subject">As it would be sent.</param>
/// <param name="Html">The HTML part.</param>
/// <param name="Text">The plain-text part, given or derived.</param>
/// <param name="Size">Octets of the finished MIME.</param>
/// <param name="Sandbox">True when it would never leave the service.</param>
/// <param name="Recipients">Each address once.</param>
/// <param name="Template">The version that rendered it; null without a template.</param>
/// <param name="Warnings">What mail clients will not like.</param>
public sealed record ValidateMessageResponse(
    string Subject,
    string? Html,
    string? Text,
    int Size,
    bool Sandbox,
    IReadOnlyList<AddressResponse> Recipients,
    UsedTemplateResponse? Template,
    IReadOnlyList<TemplateWarning> Warnings);

/// <summary>Runs a message through everything a send does before it is stored. <c>Accept: text/html</c> answers the page.</summary>
internal sealed class ValidateMessage(PrepareMessage prepare, ServiceHeaders headers, TimeProvider time)
{
    public async Task<IResult> HandleAsync(
        SendMessageRequest request, ApiCaller caller, HttpContext context, CancellationToken cancellationToken)
    {
        var prepared = await prepare.RunAsync(request, caller, idempotency: null, cancellationToken);
        if (prepared.Message is not { } message)
        {
            return prepared.Refusal!.Problem;
        }

        var now = time.GetUtcNow();
        var prefix = headers.Write(Id<Message>.New(now), message.From.Address.Domain, now);
        var content = MimeReader.Read(prefix, message.Mime);
        if (HtmlPage.IsWanted(context.Request))
        {
            return HtmlPage.Of(content.Html, content.Text, context.Response);
        }

        return TypedResults.Ok(new ValidateMessageResponse(
            message.Subject, content.Html, content.Text, prefix.Length + message.Mime.Length, message.Sandbox,
            [.. message.Recipients.Select(r => new AddressResponse(r.Mailbox.Address.ToString(), r.Mailbox.Name))],
            UsedTemplateResponse.Of(message.Template?.Id, message.Template?.Version), prepared.Warnings));
    }
}
