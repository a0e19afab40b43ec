using System.CommandLine;
using System.Globalization;
using MailApi.Hosting;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.Swagger;

namespace MailApi.Cli;

/// <summary>Writes the contract that the service would serve at <c>/openapi.yaml</c>.</summary>
internal static class OpenApiCommand
{
    public static Command Make()
    {
        var output = new Option<FileInfo?>("--output") { Description = "A file; default: standard output." };
        var command = new Command("openapi", "Write the OpenAPI document.") { output };
        command.SetAction(async (result, cancellationToken) =>
        {
            await using var app = Server.Build([]);

            // Routes are known to the document once the pipeline has its end, which otherwise comes with the start.
#pragma warning disable ASP0014
            app.UseEndpoints(_ => { });
#pragma warning restore ASP0014
            var document = await app.Services.GetRequiredService<IAsyncSwaggerProvider>().GetSwaggerAsync(OpenApi.DocumentName);
            using var text = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
            document.SerializeAsV31(new OpenApiYamlWriter(text));
            var yaml = text.ToString().TrimEnd('\n') + "\n";
            if (result.GetValue(output) is { } file)
            {
                await File.WriteAllTextAsync(file.FullName, yaml, cancellationToken);
            }
            else
            {
                Console.Write(yaml);
            }
        });
        return command;
    }
}
