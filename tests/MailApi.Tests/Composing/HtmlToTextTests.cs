using System.Diagnostics;
using MailApi.Core.Composing;

namespace MailApi.Tests.Composing;

public sealed class HtmlToTextTests
{
    [Theory]
    [InlineData("<p>Hi <b>Ann</b></p><p>Bye</p>", "Hi Ann\n\nBye")]
    [InlineData("a  \n b<br>c", "a b\nc")]
    [InlineData("<a href='https://x.example/'>Open</a>", "Open (https://x.example/)")]
    [InlineData("<a href='https://x.example/'>https://x.example</a>", "https://x.example")]
    [InlineData("<a href='mailto:a@x.example'>a@x.example</a>", "a@x.example")]
    [InlineData("<ul><li>one</li><li>two</li></ul>", "- one\n- two")]
    [InlineData("<ol><li>one</li><li>two</li></ol>", "1. one\n2. two")]
    [InlineData("<table><tr><th>A</th><th>B</th></tr><tr><td>1</td><td>2</td></tr></table>", "A | B\n1 | 2")]
    [InlineData("<blockquote>said</blockquote>", "> said")]
    [InlineData("<img alt='Logo'><style>p{}</style><script>x</script>", "Logo")]
    [InlineData("<p style='display: none'>no</p>&amp;&nbsp;&eacute;", "& é")]
    public void Reads_as_a_person_would_write_it(string html, string text) =>
        Assert.Equal(text, HtmlToText.Convert(html).ReplaceLineEndings("\n").TrimEnd());

    [Theory]
    [InlineData("<div>")]
    [InlineData("<b><i>")]
    [InlineData("<table><tr><td>")]
    [InlineData("<ul><li>")]
    [InlineData("<blockquote>")]
    [InlineData("<")]
    [InlineData("<a href=x>")]
    public void Bombs_end_soon(string piece)
    {
        var watch = Stopwatch.StartNew();
        HtmlToText.Convert(string.Concat(Enumerable.Repeat(piece, 100_000)));

        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(10), $"{watch.Elapsed}");
    }
}
