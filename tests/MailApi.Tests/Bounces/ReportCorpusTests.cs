using MailApi.Core.Bounces.Reports;
using MailApi.Core.Domain;

namespace MailApi.Tests.Bounces;

/// <summary>Mail from the field; the command <c>tests/benchmarks/run bounces</c> names every miss.</summary>
public sealed class ReportCorpusTests(ITestOutputHelper output)
{
    [Fact]
    public void Finds_recipients_and_classes_in_bounces()
    {
        var (mails, exact, rows, right, falseHard) = (0, 0, 0, 0, 0);
        foreach (var file in Rows("bounces").GroupBy(cells => cells[0]))
        {
            var report = ReportReader.Read(Read("bounces", file.Key));
            var expected = file.Select(cells => cells[1].Split('|')).ToList();
            if (!file.Any(cells => cells[1].Length == 0))
            {
                mails++;
                exact += expected.TrueForAll(e => report.Recipients.Any(r => Is(e, r)))
                    && report.Recipients.All(r => expected.Exists(e => Is(e, r))) ? 1 : 0;
            }

            foreach (var cells in file.Where(c => c[3].Length > 0 && c[3] != "undetermined" && !c[7].Contains("disputed")))
            {
                var recipient = report.Recipients.FirstOrDefault(r => Is(cells[1].Split('|'), r))
                    ?? report.Recipients.Take(1).SingleOrDefault();
                var verdict = recipient?.Verdict;
                rows++;
                right += verdict is { } v && cells[3].Split('|').Contains(Names.Of(v.Class)) ? 1 : 0;
                falseHard += verdict?.Class is BounceClass.Hard && !cells[3].Contains("hard") ? 1 : 0;
            }
        }

        output.WriteLine($"{exact} of {mails} exact, {right} of {rows} classes, {falseHard} falsely hard");
        Assert.True(exact >= mails * 0.98, $"{exact} of {mails} have exact recipients");
        Assert.True(right >= rows * 0.98, $"{right} of {rows} classes are right");
        Assert.True(falseHard <= rows * 0.003, $"{falseHard} of {rows} falsely hard");
    }

    [Fact]
    public void Calls_no_ordinary_mail_a_report() => Assert.All(Rows("not-bounce"), cells => Assert.True(
        ReportReader.Read(Read("not-bounce", cells[0])).Kind is ReportKind.None or ReportKind.AutoReply, cells[0]));

    private static bool Is(string[] expected, ReportedRecipient recipient) =>
        expected.Contains(recipient.Email, StringComparer.OrdinalIgnoreCase);

    private static IEnumerable<string[]> Rows(string folder) =>
        File.ReadLines(TestData.Require($"{folder}/index.tsv")).Skip(1).Select(line => line.Split('\t'));

    private static byte[] Read(string folder, string file) => File.ReadAllBytes(TestData.Require($"{folder}/emails/{file}"));
}
