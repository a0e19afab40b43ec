using MailApi.Core.Composing;
using MailApi.Core.Domain;
using MailApi.Core.Templating;
using MailApi.Core.Templating.Html;
using MailApi.Http;

namespace MailApi.Templates;

/// <summary>Renders a template as a send would, and sends nothing. <c>Accept: text/html</c> answers the page.</summary>
internal sealed class PreviewTemplate(TemplateLibrary library, RenderTemplate render, ServiceHeaders headers)
{
    private static readonly Mailbox Nobody = Sample();

    public async Task<IResult> HandleAsync(
        string template, RenderTemplateRequest request, ApiCaller caller, HttpContext context, CancellationToken cancellationToken)
    {
        var locale = request.Locale is not null && LanguageTag.TryNormalize(request.Locale, out var tag) ? tag : null;
        var lookup = await library.FindAsync(
            caller.ProjectId, TemplateName.Of(template), request.Version, locale, cancellationToken);
        if (lookup.Set is not { } set)
        {
            return lookup.Fault!.Code == "template_not_published"
                ? Problems.Unprocessable(lookup.Fault.Code, lookup.Fault.Detail)
                : Problems.Of(404, "not_found", lookup.Fault.Detail);
        }

        var rendering = await render.RunAsync(set, request.Data, hasSubject: false);
        if (rendering.Message is not { } message)
        {
            return TemplateProblems.RenderFailed(rendering.Faults);
        }

        var answer = Of(set, message);
        return HtmlPage.IsWanted(context.Request)
            ? HtmlPage.Of(answer.Html, answer.Text, context.Response)
            : TypedResults.Ok(answer);
    }

    /// <summary>What the recipient of the finished MIME would read.</summary>
    private RenderedTemplateResponse Of(TemplateSet set, Rendered message)
    {
        var mime = MimeComposer.Compose(new ComposeRequest
        {
            From = Nobody,
            To = [Nobody],
            Cc = [],
            ReplyTo = [],
            Subject = message.Subject ?? "",
            Html = message.Html,
            Text = message.Text ?? "",
            Headers = message.Headers,
            Attachments = [],
        });
        var now = DateTimeOffset.UnixEpoch;
        var prefix = headers.Write(new Id<Message>(Guid.Empty), Nobody.Address.Domain, now);
        var content = MimeReader.Read(prefix, mime);
        return new RenderedTemplateResponse(
            set.Version, TemplateSummaryResponse.OrNull(set.Locale), message.Subject, content.Html, content.Text,
            new Dictionary<string, string>(message.Headers),
            HtmlWarnings.Of(message.Html, set.Main.HasText ? message.Text : null), prefix.Length + mime.Length);
    }

    private static Mailbox Sample() => EmailAddress.TryParse("ann@example.net", out var address, out var error)
        ? new Mailbox(address, null)
        : throw new InvalidOperationException(error);
}
