using System.Diagnostics;
using System.Globalization;
using MailApi.Benchmarks.LoadTool.Peers;
using MailApi.Benchmarks.LoadTool.Reporting;

namespace MailApi.Benchmarks.LoadTool.Filling;

/// <summary>Gives a database a past, or messages that wait, faster than the service could.</summary>
public static class FillDatabase
{
    private const int BatchSize = 100_000;
    private const int Samples = 400;

    /// <summary>Writes the history and returns some of its messages. The schema and one project must be there.</summary>
    public static async Task<IReadOnlyList<PastMessage>> RunAsync(
        ServiceDatabase database, History history, CancellationToken cancellationToken)
    {
        await using IFillTarget target = database.Provider == Provider.Sqlite
            ? await SqliteTarget.OpenAsync(database.ConnectionString, cancellationToken)
            : await PostgresTarget.OpenAsync(database.ConnectionString, cancellationToken);
        var started = Stopwatch.GetTimestamp();
        List<PastMessage> samples = [];
        var done = 0;
        foreach (var batch in Batches(history))
        {
            samples.AddRange(await target.WriteAsync(batch, Math.Max(1, batch.Total / Samples), cancellationToken));
            done += batch.To - batch.From + 1;
            Progress.Say(string.Create(
                CultureInfo.InvariantCulture,
                $"{database.Name}: {done:N0} of {history.Total:N0} after {Stopwatch.GetElapsedTime(started).TotalSeconds:N0} s"));
        }

        await target.FinishAsync(cancellationToken);
        return samples;
    }

    /// <exception cref="RunFailedException">The disk has not enough room for all of it.</exception>
    public static void CheckDisk(Workspace workspace, IEnumerable<(Provider Provider, History History)> all)
    {
        var needed = all.Sum(one => one.History.BytesNeeded(one.Provider));
        var free = new DriveInfo(workspace.Root).AvailableFreeSpace;
        var text = string.Create(
            CultureInfo.InvariantCulture, $"{needed / 1e9:N0} GB of disk are needed below {workspace.Root}, {free / 1e9:N0} GB are free");
        Progress.Say(text);
        if (free < needed)
        {
            throw new RunFailedException($"{text}; TMPDIR names another place");
        }
    }

    private static IEnumerable<FillBatch> Batches(History history)
    {
        var now = TimeProvider.System.GetUtcNow();
        foreach (var (total, past) in (IEnumerable<(int, bool)>)[(history.Past, true), (history.Later, false)])
        {
            for (var from = 0; from < total; from += BatchSize)
            {
                yield return new FillBatch(from, Math.Min(from + BatchSize, total) - 1, total, past, now);
            }
        }
    }
}
