using MailApi.Benchmarks.LoadTool.Reporting;

namespace MailApi.Benchmarks.LoadTool.Accuracy;

/// <summary>Prints how often the bounce engine is right, and every case in which it is not. Needs no service.</summary>
public static class BouncesRun
{
    public static int Execute(Options options)
    {
        var corpus = Corpus.Open(options.Data, ParsePart(options.Part));
        var scores = new BounceScores();
        corpus.Replies().ForEach(scores.Count);
        corpus.Mails("bounces").ForEach(scores.CountBounce);
        corpus.Mails("not-bounce").ForEach(scores.CountOrdinary);

        foreach (var score in scores.All)
        {
            score.PrintMisses();
        }

        var table = new Table("", "cases", "wrong", "right");
        foreach (var score in scores.All)
        {
            score.AddTo(table);
        }

        Console.WriteLine();
        table.Print();
        return 0;
    }

    private static CorpusPart ParsePart(string value) => value switch
    {
        "all" => CorpusPart.All,
        "tuning" => CorpusPart.Tuning,
        "held-out" => CorpusPart.HeldOut,
        _ => throw new UsageException($"unknown part '{value}'"),
    };
}
