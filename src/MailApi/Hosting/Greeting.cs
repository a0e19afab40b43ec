using MailApi.ApiKeys;
using MailApi.Core.Routing;

namespace MailApi.Hosting;

/// <summary>What the first start prints: the key, once, and a command to try; and whether mail leaves at all.</summary>
internal static partial class Greeting
{
    public static async Task GreetAsync(this IServiceProvider services, IConfiguration configuration)
    {
        var logger = services.GetRequiredService<ILoggerFactory>().CreateLogger("MailApi");
        if (services.GetRequiredService<RelaySet>().CaptureMode)
        {
            Log.CaptureMode(logger);
        }

        if (await services.EnsureKeyAsync(configuration) is { } key)
        {
            var url = configuration[WebHostDefaults.ServerUrlsKey]!.Split(';')[0].TrimEnd('/');

            // Written to the console and not to the log: logs are collected, and this is a secret.
            Console.WriteLine(
                $$"""

                The first admin key, shown once:

                    {{key}}

                Try it:

                    curl {{url}}/v1/messages -H "Authorization: Bearer {{key}}" -H "Content-Type: application/json" \
                      -d '{"from":"hello@acme.example","to":"delivered@sandbox.test","subject":"Hello","text":"It works."}'

                Documentation: {{url}}/docs

                """);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(
            LogLevel.Warning,
            "Capture mode: no relay is configured, so no message leaves this service. Set Relays:<name>:Host to send for real")]
        public static partial void CaptureMode(ILogger logger);
    }
}
