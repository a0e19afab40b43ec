using System.Diagnostics;
using MailApi.IntegrationTests.Running;

namespace MailApi.IntegrationTests.Operating;

/// <summary>
/// The short forms of the crash runs, which kill or stop the service again and again while messages come in. Two ledgers
/// are compared: what the service promised, and what the far side received. The long forms are in tests/benchmarks.
/// </summary>
public sealed class CrashTests
{
    [Theory]
    [InlineData("sqlite", "KILL")]
    [InlineData("sqlite", "TERM")]
    [InlineData("postgres", "KILL")]
    [InlineData("postgres", "TERM")]
    public Task Nothing_is_lost_and_every_extra_copy_is_explained(string provider, string signal) => RunAsync(
        "crash", provider, "--seconds", "10", "--kill-every", "3", "--clients", "4", "--signal", signal,
        "--restart-within", "60"); // how fast is measured by hand, on a quiet machine

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public Task Every_event_is_told_and_no_sequence_has_a_gap(string provider) =>
        RunAsync("webhook-crash", provider, "--messages", "500", "--kill-every", "2", "--clients", "4");

    private static async Task RunAsync(string run, string provider, params string[] options)
    {
        Assert.SkipUnless(TestDatabase.IsAvailable(provider), TestDatabase.NoServer);
        var start = new ProcessStartInfo("dotnet",
        [
            Path.Combine(AppContext.BaseDirectory, "LoadTool.dll"), run, "--provider", provider,
            "--service", Path.Combine(AppContext.BaseDirectory, "MailApi.dll"), .. options,
        ])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();

        Assert.True(process.ExitCode == 0, $"{await output}\n{await error}");
    }
}
