using System.Diagnostics;
using MailApi.IntegrationTests.Running;

namespace MailApi.IntegrationTests.Operating;

/// <summary>
/// The short form of the crash run: messages come in while the service is killed, or stopped, again and again. Two ledgers
/// are compared: the client's 202s and what the relay received. The long form is <c>tests/benchmarks/run crash</c>.
/// </summary>
public sealed class CrashTests
{
    [Theory]
    [InlineData("sqlite", "KILL")]
    [InlineData("sqlite", "TERM")]
    [InlineData("postgres", "KILL")]
    [InlineData("postgres", "TERM")]
    public async Task Nothing_is_lost_and_every_extra_copy_is_explained(string provider, string signal)
    {
        await using var database = await TestDatabase.CreateAsync(provider);
        var start = new ProcessStartInfo("dotnet",
        [
            Path.Combine(AppContext.BaseDirectory, "LoadTool.dll"), "crash", "--seconds", "10", "--kill-every", "3",
            "--clients", "4", "--provider", provider, "--signal", signal,
            "--service", Path.Combine(AppContext.BaseDirectory, "MailApi.dll"),
        ])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var run = Process.Start(start)!;
        var output = run.StandardOutput.ReadToEndAsync();
        var error = run.StandardError.ReadToEndAsync();
        await run.WaitForExitAsync();

        Assert.True(run.ExitCode == 0, $"{await output}\n{await error}");
    }
}
