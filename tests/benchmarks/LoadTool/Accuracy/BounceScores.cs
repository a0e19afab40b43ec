using System.Globalization;
using MailApi.Core.Bounces.Replies;
using MailApi.Core.Bounces.Reports;
using MailApi.Core.Domain;

namespace MailApi.Benchmarks.LoadTool.Accuracy;

/// <summary>Runs the bounce engine over the labelled mails and lines.</summary>
public sealed class BounceScores
{
    private readonly Score _lines = new("reply lines: hard or not");
    private readonly Score _lineFalseHard = new("reply lines: not falsely hard");
    private readonly Score _recipients = new("bounces: exact recipients");
    private readonly Score _kinds = new("bounces: kind");
    private readonly Score _classes = new("bounces: class");
    private readonly Score _hard = new("bounces: hard or not");
    private readonly Score _falseHard = new("bounces: not falsely hard");
    private readonly Score _ordinary = new("ordinary mail: not a report");

    public IEnumerable<Score> All => [_lines, _lineFalseHard, _recipients, _kinds, _classes, _hard, _falseHard, _ordinary];

    public void Count(LabelledReply reply)
    {
        if (reply.Classes.Contains("hard") && reply.Classes.Length > 1)
        {
            return;
        }

        var code = int.Parse(reply.Line[..3], CultureInfo.InvariantCulture);
        var bounce = ReplyClassifier.Classify(new SmtpReply(code, null, reply.Line));
        var isHard = bounce.Class == BounceClass.Hard;
        var expectsHard = reply.Classes.Contains("hard");
        var miss = $"expected {string.Join('|', reply.Classes)}, is {Describe(bounce)}: {reply.Line}";
        _lines.Count(isHard == expectsHard, miss);
        _lineFalseHard.Count(expectsHard || !isHard, miss);
    }

    public void CountBounce(LabelledMail mail)
    {
        var report = ReportReader.Read(mail.Content);
        var kind = Names.Of(report.Kind);
        var kinds = string.Join('|', mail.Expected[0].Kinds);
        _kinds.Count(mail.Expected.Any(e => e.Kinds.Contains(kind)), $"{mail.File}: expected {kinds}, is {kind}");
        CountRecipients(mail, report);
        foreach (var expected in mail.Expected.Where(e => e.CountsForClass))
        {
            CountClass(mail.File, expected, report);
        }
    }

    public void CountOrdinary(LabelledMail mail)
    {
        var report = ReportReader.Read(mail.Content);
        _ordinary.Count(report.Kind is ReportKind.None or ReportKind.AutoReply, $"{mail.File}: is {Names.Of(report.Kind)}");
    }

    private static bool Is(ExpectedRecipient expected, string email) =>
        expected.Emails.Contains(email, StringComparer.OrdinalIgnoreCase);

    private void CountRecipients(LabelledMail mail, BounceReport report)
    {
        if (mail.Expected.Any(e => e.Emails.Length == 0))
        {
            return;
        }

        var read = report.Recipients.Select(r => r.Email).ToList();
        var isExact = mail.Expected.All(e => read.Exists(r => Is(e, r)))
            && read.TrueForAll(r => mail.Expected.Any(e => Is(e, r)));
        var wanted = string.Join(", ", mail.Expected.Select(e => string.Join('|', e.Emails)));
        _recipients.Count(isExact, $"{mail.File}: expected {wanted}; is {string.Join(", ", read)}");
    }

    private void CountClass(string file, ExpectedRecipient expected, BounceReport report)
    {
        var recipient = report.Recipients.FirstOrDefault(r => Is(expected, r.Email))
            ?? (report.Recipients.Count > 0 ? report.Recipients[0] : null);
        var isHard = recipient?.Verdict?.Class == BounceClass.Hard;
        var found = recipient?.Verdict is { } verdict ? Names.Of(verdict.Class) : "nothing";
        var answer = recipient?.Verdict is { } bounce ? Describe(bounce) : "nothing";
        var miss = $"{file}: expected {string.Join('|', expected.Classes)}, is {answer}: {recipient?.Diagnostic}";
        _classes.Count(expected.Classes.Contains(found), miss);
        if (expected.Classes is ["hard"] || !expected.Classes.Contains("hard"))
        {
            _hard.Count(isHard == expected.Classes.Contains("hard"), miss);
            _falseHard.Count(expected.Classes.Contains("hard") || !isHard, miss);
        }
    }

    private static string Describe(Bounce bounce) => $"{Names.Of(bounce.Class)} {Names.Of(bounce.Category)}";
}
