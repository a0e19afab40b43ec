using System.Runtime.InteropServices;

namespace MailApi.Hosting;

/// <summary>
/// Gives back to the system what native code has freed: glibc keeps it for each thread that has ever asked for memory.
/// SQLite, Brotli and .NET's compiler ask in bursts, and a third of what they held would stay.
/// </summary>
internal sealed class NativeMemory(TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        using var timer = new PeriodicTimer(Period, time);
        try
        {
            do
            {
                _ = malloc_trim(0);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
        catch (TypeLoadException)
        {
            // There is no such library or function: other C libraries, such as musl, do not keep it.
        }
    }

    [DllImport("libc")]
    private static extern int malloc_trim(nuint keep);
}
