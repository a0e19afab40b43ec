using System.Globalization;
using System.Runtime.InteropServices;
using MailApi.Benchmarks.LoadTool.Peers;

namespace MailApi.Benchmarks.LoadTool.Reporting;

/// <summary>Says on which machine, when and with which versions a table was measured.</summary>
public static class MachineFacts
{
    public static async Task PrintAsync(Workspace workspace, CancellationToken cancellationToken)
    {
        var now = TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);
        var load = File.ReadAllText("/proc/loadavg").Split(' ')[0];
        Console.WriteLine($"{now}, {Environment.ProcessorCount} cores of {Processor()}, load {load} before the run");
        Console.WriteLine(
            $"{RuntimeInformation.OSDescription}, .NET {Environment.Version}, Postfix {await PostfixAsync()}");
        Console.WriteLine();

        async Task<string> PostfixAsync()
        {
            var answer = workspace.PathOf("postfix-version");
            try
            {
                await ChildProcess.RunAsync(["postconf", "-d", "-h", "mail_version"], answer, cancellationToken);
            }
            catch (RunFailedException)
            {
                return "not installed";
            }

            return File.ReadLines(answer).Last(); // a warning may come before it
        }
    }

    private static string Processor() =>
        File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))
            ?.Split(':')[1].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString();
}
