using System.Diagnostics;

namespace MailApi.Benchmarks.LoadTool.Runs;

/// <summary>Waits until something is so.</summary>
internal static class Waiting
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(20);

    /// <exception cref="RunFailedException">It was not so in <paramref name="patience"/>.</exception>
    public static async Task ForAsync(
        Func<bool> done, TimeSpan patience, string failure, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        while (!done())
        {
            if (Stopwatch.GetElapsedTime(started) > patience)
            {
                throw new RunFailedException(failure);
            }

            await Task.Delay(PollInterval, cancellationToken);
        }
    }
}
