using System.Globalization;
using MailApi.Benchmarks.LoadTool.Reporting;

namespace MailApi.Benchmarks.LoadTool.Runs.Memory;

/// <summary>Minute by minute: memory and what was done with it.</summary>
public sealed class MemoryTable(string where, IReadOnlyList<MemorySample> samples)
{
    private const double Megabyte = 1e6;

    /// <summary>Code is compiled and pools are filled in these.</summary>
    private static readonly TimeSpan WarmUp = TimeSpan.FromMinutes(2);

    /// <summary>
    /// How much the line through all samples after the warm-up rises, in per cent of their mean: over the whole time that is
    /// left, however long. Null when the run was too short to say.
    /// </summary>
    public double? Rise
    {
        get
        {
            var rest = samples.Where(s => s.At >= WarmUp).ToList();
            if (rest.Count < 12)
            {
                return null;
            }

            var (time, bytes) = (rest.Average(s => s.At.TotalSeconds), rest.Average(s => s.Bytes));
            var slope = rest.Sum(s => (s.At.TotalSeconds - time) * (s.Bytes - bytes))
                / rest.Sum(s => Math.Pow(s.At.TotalSeconds - time, 2));
            return 100 * slope * (rest[^1].At - rest[0].At).TotalSeconds / bytes;
        }
    }

    public void Print()
    {
        var table = new Table($"{where}, minute", "least MB", "most MB", "accepted/s", "received/s", "waiting at its end");
        var before = new MemorySample(TimeSpan.Zero, 0, 0, 0);
        foreach (var minute in samples.GroupBy(s => (int)Math.Ceiling(s.At.TotalMinutes)))
        {
            var last = minute.Last();
            var seconds = (last.At - before.At).TotalSeconds;
            table.Add(
                Text(minute.Key), Text(minute.Min(s => s.Bytes) / Megabyte), Text(minute.Max(s => s.Bytes) / Megabyte),
                Text((last.Accepted - before.Accepted) / seconds), Text((last.Received - before.Received) / seconds),
                Text(last.Accepted - last.Received));
            before = last;
        }

        table.Print();
        Console.WriteLine(Rise is { } rise
            ? string.Create(CultureInfo.InvariantCulture, $"After the first two minutes the trend rises by {rise:N1} % in all.")
            : "Too short for a trend: the first two minutes do not count.");
    }

    public void AddTo(Goals goals)
    {
        goals.AtMost($"{where}, most memory", 250, samples.Max(s => s.Bytes) / Megabyte, " MB");
        goals.AtMost($"{where}, rise after two minutes", 5, Rise, " %");
    }

    private static string Text(double value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
