using MailApi.Core.Templating.Html;

namespace MailApi.Tests.Templating;

public sealed class InlineStylesTests
{
    [Theory]
    [InlineData("<style>p { color: red }</style><p>x</p>", "<p style=\"color: red\">x</p>")]
    [InlineData("<style>p{color:#F00;margin:0 auto;mso-line-height-rule:exactly}</style><p>x</p>",
        "<p style=\"color: #F00; margin: 0 auto; mso-line-height-rule: exactly\">x</p>")]
    [InlineData("<style>.a{color:red}p{color:blue}</style><p class=\"a\">x</p>", "<p class=\"a\" style=\"color: red\">x</p>")]
    [InlineData("<style>p{color:red}p{color:blue}</style><p>x</p>", "<p style=\"color: blue\">x</p>")]
    [InlineData("<style>p{color:red!important}p{color:blue}</style><p style=\"color:green\">x</p>", "<p style=\"color: red\">x</p>")]
    [InlineData("<style>p{color:red;padding:1px}</style><p style=\"color:green\">x</p>", "<p style=\"padding: 1px; color: green\">x</p>")]
    [InlineData("<style>#i b,.a{font-family:\"Open Sans\", Arial}</style><p id=\"i\"><b>x</b></p>",
        "<p id=\"i\"><b style=\"font-family: &quot;Open Sans&quot;, Arial\">x</b></p>")]
    [InlineData("<style>/* a{} */ td:first-child{color:red}</style><table><tbody><tr><td>1</td><td>2</td></tr></tbody></table>",
        "<table><tbody><tr><td style=\"color: red\">1</td><td>2</td></tr></tbody></table>")]
    [InlineData("<style>b,p.a{color:red}.a{color:blue}b{color:green}</style><p class=\"a\"><b>x</b></p>",
        "<p class=\"a\" style=\"color: red\"><b style=\"color: green\">x</b></p>")]
    [InlineData("<style>p{background:url(\"a;b}c.png\") no-repeat}</style><p>x</p>",
        "<p style=\"background: url(&quot;a;b}c.png&quot;) no-repeat\">x</p>")]
    public void Rules_are_written_into_elements(string html, string expected) => Assert.Equal(expected, Inline(html));

    [Fact]
    public void What_depends_on_the_reader_stays_word_for_word()
    {
        const string Kept =
            "@media only screen and (max-width:600px) { .x { width:100% !important; color:#00F } }\n" +
            "a:hover { color: #00F }\n@font-face{font-family:X;src:url(a.woff2)}\np::before { content: \"}\" }\n@import url(\"x.css\");\n";
        var html = Inline($"<style>{Kept.Replace("\n", "  ", StringComparison.Ordinal)} p {{ color: red }}</style><p class=\"x\">x</p>");

        Assert.Equal($"<style>\n{Kept}</style><p class=\"x\" style=\"color: red\">x</p>", html);
    }

    [Fact]
    public void A_page_stays_a_page_and_comments_for_outlook_stay_comments()
    {
        const string Page =
            "<!DOCTYPE html><html lang=\"en\"><head><style>p{color:red}</style></head><body>" +
            "<!--[if mso]><table><tr><td><![endif]--><p>x</p></body></html>";

        Assert.Equal(
            "<!DOCTYPE html><html lang=\"en\"><head></head><body><!--[if mso]><table><tr><td><![endif]-->"
            + "<p style=\"color: red\">x</p></body></html>",
            Inline(Page));
    }

    [Theory]
    [InlineData("p { color: red")]
    [InlineData("p { } } } p { color: red }")]
    [InlineData("<<<>>>")]
    [InlineData("p { color: red; } @media { @media { p { } } ")]
    [InlineData("p { content: \"")]
    [InlineData("/* never closed")]
    [InlineData("a:not(:nope) { color: red } ::: { }")]
    public void A_broken_sheet_breaks_nothing(string css)
    {
        var html = Inline($"<style>{css}</style><p>x</p>");

        Assert.Contains("x</p>", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Warnings_say_what_mail_clients_will_not_like()
    {
        var html = $"<img src=\"/logo.png\"><img alt=\"\" src=\"{{{{ logo }}}}\"><a href=\"terms\">t</a>{new string('x', 105_000)}";

        Assert.Equal(
            ["missing_text", "too_large", "missing_alt", "relative_url"], HtmlWarnings.Of(html, null).Select(w => w.Code));
        Assert.Empty(HtmlWarnings.Of("<a href=\"https://a.example\">a</a><a href=\"#x\">b</a><a href=\"mailto:a@b.c\">c</a>", "text"));
    }

    private static string Inline(string html) => InlineStyles.Apply(html, Core.Composing.HtmlToText.Parse(html));
}
