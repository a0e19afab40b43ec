using System.Text.Json.Nodes;
using MailApi.IntegrationTests.Running;
using Microsoft.AspNetCore.Http;

namespace MailApi.IntegrationTests.Webhooks;

/// <summary>What an endpoint's requests carry in secret is shown nowhere: not by answers, not by the log of the service.</summary>
public sealed class HiddenSecretsTests
{
    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task Neither_header_values_nor_passwords_nor_signing_secrets_are_shown(string provider)
    {
        await using var service = await ServiceProcess.StartAsync(provider, new Dictionary<string, string>
        {
            ["Logging__LogLevel__Default"] = "Debug",
            ["Webhooks__AllowedNetworks__0"] = "127.0.0.0/8",
            ["Webhooks__RetrySchedule__0"] = "00:00:00.2",
        });
        using var api = new ApiClient(service.CreateClient());
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = async (received, context) =>
        {
            // An endpoint that answers with all that it was sent, and fails.
            context.Response.StatusCode = 500;
            await context.Response.WriteAsync(string.Join('\n', received.Headers.Select(h => $"{h.Key}: {h.Value}")));
        };
        var made = await api.PostAsync("/v1/webhooks", new JsonObject
        {
            ["url"] = receiver.Url.Replace("http://", "http://gateway:url-password@", StringComparison.Ordinal),
            ["events"] = new JsonArray("*"),
            ["headers"] = new JsonObject { ["X-Gateway-Key"] = "header-value" },
        });
        var (id, secret) = (made.Body!["id"]!.GetValue<string>(), made.Body["secret"]!.GetValue<string>());
        await api.AcceptAsync(ApiClient.Message());
        var received = (await receiver.WaitForAsync(4))[0];
        Assert.Equal("header-value", received.Headers["x-gateway-key"]);
        var authorization = received.Headers["authorization"];
        Assert.Equal("gateway:url-password", System.Text.Encoding.ASCII.GetString(Convert.FromBase64String(authorization[6..])));
        await ApiClient.WaitAsync(
            async () => new JsonArray([.. (await api.DeliveriesAsync(id)).Select(d => d["attempts"]!.DeepClone())]),
            all => all.AsArray().All(a => a!.AsArray().Count > 0));

        Answer[] answers =
        [
            await api.GetAsync("/v1/webhooks"),
            await api.GetAsync($"/v1/webhooks/{id}"),
            await api.SendAsync(HttpMethod.Patch, $"/v1/webhooks/{id}", new JsonObject { ["description"] = "Ours" }),
            await api.GetAsync($"/v1/webhooks/{id}/deliveries"),
        ];
        await service.TerminateAsync();

        Assert.Contains("x-gateway-key: ***", $"{answers[3].Body}", StringComparison.Ordinal);
        foreach (var hidden in (string[])["header-value", "url-password", secret, secret["whsec_".Length..], authorization[6..]])
        {
            Assert.All(answers, a => Assert.DoesNotContain(hidden, a.Body!.ToJsonString(Relaxed), StringComparison.Ordinal));
            Assert.DoesNotContain(hidden, service.Output, StringComparison.Ordinal);
        }
    }

    private static readonly System.Text.Json.JsonSerializerOptions Relaxed = new()
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };
}
