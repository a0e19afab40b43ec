using System.CommandLine;

namespace MailApi.Cli;

/// <summary>Asks a running server whether it lives, for containers without other tools.</summary>
internal static class HealthCheckCommand
{
    public static Command Make()
    {
        var url = new Option<string>("--url")
        {
            Description = "Where to ask.",
            DefaultValueFactory = _ => "http://localhost:5025/healthz",
        };
        var command = new Command("healthcheck", "Exit with 0 when the server answers.") { url };
        command.SetAction(async (result, cancellationToken) =>
        {
            if (!Uri.TryCreate(result.GetRequiredValue(url), UriKind.Absolute, out var address))
            {
                return CommandLine.Fail("--url is an address such as http://localhost:5025/healthz.");
            }

            using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(4) };
            try
            {
                using var response = await client.GetAsync(address, cancellationToken);
                return response.IsSuccessStatusCode ? 0 : 1;
            }
            catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException)
            {
                await Console.Error.WriteLineAsync($"No answer: {exception.Message}");
                return 1;
            }
        });
        return command;
    }
}
