using System.Text;
using MailApi.Core.Composing;

namespace MailApi.Core.Templating.Html;

/// <summary>Something that will not stop a message, and that its author should know.</summary>
public sealed record TemplateWarning(string Code, string Detail);

/// <summary>Reads HTML, rendered or still with Liquid in it, for what mail clients will not like.</summary>
public static class HtmlWarnings
{
    /// <summary>Gmail shows no more than this and clips the rest.</summary>
    public const int ClipsAt = 102 << 10;

    private static readonly string[] Addresses = ["href", "src", "background"];

    public static IReadOnlyList<TemplateWarning> Of(string? html, string? text)
    {
        List<TemplateWarning> warnings = [];
        if (html is null)
        {
            return warnings;
        }

        if (text is null)
        {
            warnings.Add(new("missing_text", "There is no text part; one is derived from the HTML."));
        }

        var size = Encoding.UTF8.GetByteCount(html);
        if (size > ClipsAt)
        {
            warnings.Add(new("too_large", $"The HTML has {size} bytes; Gmail clips what is beyond {ClipsAt}."));
        }

        var document = HtmlToText.Parse(html);
        var images = document.QuerySelectorAll("img").Where(i => !i.HasAttribute("alt")).ToList();
        if (images.Count > 0)
        {
            warnings.Add(new(
                "missing_alt", $"{images.Count} image(s) have no alt text, such as {images[0].GetAttribute("src") ?? "one without src"}."));
        }

        var relative = document.All.SelectMany(e => Addresses.Select(a => e.GetAttribute(a))).OfType<string>()
            .Where(IsRelative).Distinct().ToList();
        if (relative.Count > 0)
        {
            warnings.Add(new("relative_url", $"{relative.Count} address(es) lead nowhere in a mail, such as {relative[0]}."));
        }

        return warnings;
    }

    /// <summary>An address that begins with Liquid is known only when it is rendered.</summary>
    private static bool IsRelative(string address)
    {
        var text = address.Trim();
        return text.Length > 0 && !text.StartsWith('#') && !text.StartsWith("{{", StringComparison.Ordinal)
            && !text.StartsWith("{%", StringComparison.Ordinal) && !Uri.TryCreate(text, UriKind.Absolute, out _)
            || text.StartsWith('/');
    }
}
