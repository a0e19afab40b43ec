using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using MailApi.Core.Notifications.Sending;

namespace MailApi.IntegrationTests.Webhooks;

/// <summary>The libraries that receivers use, from npm, accept our signatures and refuse what was changed or is old.</summary>
public sealed class VerifyingLibrariesTests : IAsyncLifetime
{
    private const string Body = "{\"id\":\"evt_1\",\"type\":\"message.delivered\",\"data\":{\"name\":\"Zoë\"}}";

    private readonly string _folder = Directory.CreateTempSubdirectory("mailapi-npm").FullName;
    private readonly WebhookSecret _secret = WebhookSecret.New();

    public async ValueTask InitializeAsync()
    {
        foreach (var file in (string[])["package.json", "verify.mjs"])
        {
            File.Copy(Path.Combine(AppContext.BaseDirectory, "Webhooks", file), Path.Combine(_folder, file));
        }

        Assert.SkipUnless(
            await RunAsync("node", "--version", "") is not null
            && await RunAsync("npm", "install --no-audit --no-fund --ignore-scripts", "") is not null,
            "node or npm is missing, or npm could not install standardwebhooks and svix.");
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData("standardwebhooks")]
    [InlineData("svix")]
    public async Task A_library_verifies_what_we_sign_and_nothing_else(string library)
    {
        var old = WebhookSecret.New();
        var now = DateTimeOffset.UtcNow;

        Assert.Equal("verified", await VerifyAsync(library, now, Body, _secret));
        Assert.Equal("verified", await VerifyAsync(library, now, Body, old, _secret));
        Assert.StartsWith("refused", await VerifyAsync(library, now, Body, old), StringComparison.Ordinal);
        Assert.StartsWith("refused", await VerifyAsync(library, now, Body + " ", _secret), StringComparison.Ordinal);
        Assert.StartsWith("refused", await VerifyAsync(library, now.AddMinutes(-10), Body, _secret), StringComparison.Ordinal);
        Assert.StartsWith("refused", await VerifyAsync(library, now.AddMinutes(10), Body, _secret), StringComparison.Ordinal);
    }

    /// <summary>Signs <see cref="Body"/> with the secrets, and lets the library verify what arrived with the one it knows.</summary>
    private async Task<string?> VerifyAsync(string library, DateTimeOffset at, string arrived, params WebhookSecret[] secrets)
    {
        var headers = new Dictionary<string, string>
        {
            ["webhook-id"] = "evt_1",
            ["webhook-timestamp"] = at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
            ["webhook-signature"] = WebhookSignature.Sign(
                [.. secrets.Select(s => s.Key)], "evt_1", at, Encoding.UTF8.GetBytes(Body)),
        };
        var input = JsonSerializer.Serialize(new { library, secret = _secret.Text, headers, body = arrived });
        return (await RunAsync("node", "verify.mjs", input))?.Trim();
    }

    /// <summary>What a program prints; null when it is missing or fails.</summary>
    private async Task<string?> RunAsync(string program, string arguments, string input)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments)
            {
                WorkingDirectory = _folder,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            })!;
            await process.StandardInput.WriteAsync(input);
            process.StandardInput.Close();
            var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            return process.ExitCode == 0 ? output : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
