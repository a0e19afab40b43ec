using System.CommandLine;
using MailApi.Hosting;
using Microsoft.Extensions.Options;

namespace MailApi.Cli;

/// <summary>The program's commands; without one it serves.</summary>
internal static class CommandLine
{
    public static async Task<int> RunAsync(string[] args)
    {
        try
        {
            if (args.Length == 0 || args[0].StartsWith("--", StringComparison.Ordinal) && args[0] is not ("--help" or "--version"))
            {
                await Server.RunAsync(Server.Build(args));
                return 0;
            }

            var root = new RootCommand("The transactional email API that you run yourself. Without a command it serves.")
            {
                KeysCommand.Make(), OpenApiCommand.Make(), HealthCheckCommand.Make(), InspectBounceCommand.Make(),
            };
            return await root.Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        }
        catch (ConfigurationException exception)
        {
            return Fail(exception.Message, starting: true);
        }
        catch (OptionsValidationException exception)
        {
            return Fail(string.Join(" ", exception.Failures.Select(ConfigurationFault.Describe)), starting: true);
        }
        catch (InvalidOperationException exception) when (ConfigurationFault.Describe(exception) is { } sentence)
        {
            return Fail(sentence, starting: true);
        }
    }

    /// <summary>One line, so that it is not lost among others.</summary>
    internal static int Fail(string sentence, bool starting = false)
    {
        Console.Error.WriteLine($"MailApi cannot {(starting ? "start" : "do this")}: {sentence}");
        return 1;
    }
}
