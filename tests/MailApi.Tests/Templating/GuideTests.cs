using System.Text.RegularExpressions;
using MailApi.Core.Templating.Liquid;

namespace MailApi.Tests.Templating;

/// <summary>Holds docs/templates.md to what it says of the filters.</summary>
public sealed partial class GuideTests
{
    [Fact]
    public async Task Every_filter_is_in_the_guide_and_does_what_it_says()
    {
        var guide = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "templates.md"), TestContext.Current.CancellationToken);
        var data = DataBlock().Match(guide).Groups[1].Value;
        var rows = Rows().Matches(guide);
        List<string> wrong = [];
        foreach (Match row in rows)
        {
            var source = row.Groups[1].Value.Replace("\\|", "|", StringComparison.Ordinal);
            var expected = row.Groups[2].Value;
            var isHtml = row.Groups[3].Value == " in html";
            var got = isHtml
                ? (await TemplateBench.HtmlAsync(source, data)).ReplaceLineEndings("")
                : await TemplateBench.TextAsync(source, data);
            if (got != expected)
            {
                wrong.Add($"{source} makes {got} and not {expected}.");
            }
        }

        Assert.Empty(wrong);

        var used = Filters().Matches(string.Join('\n', rows.Select(r => r.Groups[1].Value))).Select(m => m.Groups[1].Value);
        Assert.Empty(MailLiquid.Options.Filters.Select(f => f.Key).Except(used));
    }

    [GeneratedRegex(@"```json\n(\{.*?\})\n```", RegexOptions.Singleline)]
    private static partial Regex DataBlock();

    [GeneratedRegex(@"^\| `(.*(?:\{\{|\{%).*)` \| `(.*)`( in html)? \|$", RegexOptions.Multiline)]
    private static partial Regex Rows();

    [GeneratedRegex(@"\\\| ([a-z0-9_]+)")]
    private static partial Regex Filters();
}
