using System.Security.Cryptography;
using System.Text;

namespace MailApi.Benchmarks.LoadTool.Accuracy;

/// <summary>Which of the labelled mails and lines are scored.</summary>
public enum CorpusPart
{
    All,

    /// <summary>Two thirds, to look at while rules are written.</summary>
    Tuning,

    /// <summary>The last third, to look at when they are.</summary>
    HeldOut,
}

/// <summary>One row of an index: a recipient and what is expected of them; several answers may be right.</summary>
public sealed record ExpectedRecipient(string[] Emails, string[] Kinds, string[] Classes, bool IsDisputed)
{
    /// <summary>True when the label says clearly whether the address is dead.</summary>
    public bool CountsForClass => !IsDisputed && Classes is not ([] or ["undetermined"]);
}

/// <summary>A mail with what is expected of it.</summary>
public sealed record LabelledMail(string File, byte[] Content, IReadOnlyList<ExpectedRecipient> Expected);

/// <summary>A reply line with the classes that are right.</summary>
public sealed record LabelledReply(string Line, string[] Classes);

/// <summary>Labelled mails and reply lines that lie outside of the repository.</summary>
public sealed class Corpus(string folder, CorpusPart part)
{
    /// <exception cref="RunFailedException">The folder is not there.</exception>
    public static Corpus Open(string? folder, CorpusPart part)
    {
        var path = folder ?? Environment.GetEnvironmentVariable("MAILAPI_TEST_DATA")
            ?? Path.Combine(AppContext.BaseDirectory, "../../../../../../../shared/data");
        return File.Exists(Path.Combine(path, "smtp-replies.tsv"))
            ? new Corpus(path, part)
            : throw new RunFailedException(
                $"no labelled bounces in '{Path.GetFullPath(path)}': name them with --data or MAILAPI_TEST_DATA");
    }

    public List<LabelledMail> Mails(string name)
    {
        var rows = Rows(Path.Combine(folder, name, "index.tsv")).GroupBy(cells => cells[0]).Where(file => IsIn(file.Key));
        return [.. rows.Select(file => new LabelledMail(
            file.Key, File.ReadAllBytes(Path.Combine(folder, name, "emails", file.Key)), [.. file.Select(Expected)]))];
    }

    public List<LabelledReply> Replies() =>
    [
        .. Rows(Path.Combine(folder, "smtp-replies.tsv")).Where(cells => IsIn(cells[1]))
            .Select(cells => new LabelledReply(cells[1], Answers(cells[2]))),
    ];

    private static ExpectedRecipient Expected(string[] cells) => new(
        Answers(cells[1]), Answers(cells[2]), Answers(cells[3]), cells[7].Contains("disputed", StringComparison.Ordinal));

    private static string[] Answers(string cell) => cell.Length == 0 ? [] : cell.Split('|');

    private static IEnumerable<string[]> Rows(string path) => File.ReadLines(path).Skip(1).Select(line => line.Split('\t'));

    /// <summary>By a hash of the name, so that nobody chooses.</summary>
    private bool IsIn(string name)
    {
        var isHeldOut = SHA256.HashData(Encoding.UTF8.GetBytes(name))[0] % 3 == 0;
        return part is CorpusPart.All || isHeldOut == (part is CorpusPart.HeldOut);
    }
}
