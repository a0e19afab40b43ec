using MailApi.Core.Templating.Liquid;

namespace MailApi.Core.Templating.Html;

/// <summary>The line that mail clients show behind the subject.</summary>
internal static class Preheader
{
    // Keeps clients from filling the line with what comes next in the mail.
    private static readonly string Padding = string.Concat(Enumerable.Repeat("&#847;&zwnj;&nbsp;", 40));

    /// <summary>Puts it first in the body, where it is not seen.</summary>
    public static string Insert(string html, string preheader)
    {
        var place = html.IndexOf("<body", StringComparison.OrdinalIgnoreCase);
        var end = place < 0 ? -1 : html.IndexOf('>', place);
        return html.Insert(
            end + 1,
            $"<div style=\"display:none;max-height:0;overflow:hidden;mso-hide:all\">{HtmlText.Encoder.Encode(preheader)}{Padding}</div>");
    }
}
