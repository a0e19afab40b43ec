using MailApi.Core.Composing;
using MailApi.Core.Domain;
using MailApi.Core.Templating;
using MailApi.Core.Templating.Html;
using MailApi.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace MailApi.Templates;

/// <summary>Renders a template as a send would, and sends nothing. <c>Accept: text/html</c> answers the page.</summary>
internal sealed class PreviewTemplate(TemplateLibrary library, RenderTemplate render)
{
    public const string Page = "text/html";

    // What an author wrote is shown, and can do nothing: no scripts, and an origin of its own.
    private const string Policy = "sandbox; default-src 'none'; img-src *; style-src 'unsafe-inline' *; font-src *";

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

        return WantsPage(context.Request) ? AsPage(message, context.Response) : TypedResults.Ok(Of(set, message));
    }

    private static RenderedTemplateResponse Of(TemplateSet set, Rendered message)
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
        var prefix = ServiceHeaders.Write(new Id<Message>(Guid.Empty), Nobody.Address.Domain, now);
        return new RenderedTemplateResponse(
            set.Version, TemplateSummaryResponse.OrNull(set.Locale), message.Subject, message.Html, message.Text,
            new Dictionary<string, string>(message.Headers),
            HtmlWarnings.Of(message.Html, set.Main.HasText ? message.Text : null), prefix.Length + mime.Length);
    }

    private static bool WantsPage(HttpRequest request) =>
        MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out var types)
        && types.Any(t => t.MediaType.Equals(Page, StringComparison.OrdinalIgnoreCase));

    private static ContentHttpResult AsPage(Rendered message, HttpResponse response)
    {
        response.Headers.ContentSecurityPolicy = Policy;
        response.Headers.XContentTypeOptions = "nosniff";
        var html = message.Html ?? $"<!DOCTYPE html><pre>{System.Net.WebUtility.HtmlEncode(message.Text)}</pre>";
        return TypedResults.Content(html, $"{Page}; charset=utf-8");
    }

    private static Mailbox Sample() => EmailAddress.TryParse("ann@example.net", out var address, out var error)
        ? new Mailbox(address, null)
        : throw new InvalidOperationException(error);
}
