using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using MailApi.Core.Notifications.Sending;
using MailApi.IntegrationTests.Running;

namespace MailApi.IntegrationTests.Webhooks;

/// <summary>What a receiver verifies: signatures and timestamps, as they arrive.</summary>
public abstract class SigningTests(CaptureService service)
{
    [Fact]
    public async Task After_a_rotation_requests_carry_a_signature_by_either_secret()
    {
        using var api = await service.NewWebhookProjectAsync();
        await using var receiver = await Receiver.StartAsync();
        var made = await api.PostAsync(
            "/v1/webhooks", new JsonObject { ["url"] = receiver.Url, ["events"] = new JsonArray("message.accepted") });
        var old = made.Body!["secret"]!.GetValue<string>();
        await api.AcceptAsync(ApiClient.Message());
        await receiver.WaitForAsync(1);
        var rotated = (await api.PostAsync($"/v1/webhooks/{made.Body["id"]}/rotate-secret")).Body!;
        var current = rotated["secret"]!.GetValue<string>();
        Assert.NotEqual(old, current);
        Assert.InRange(
            rotated["previous_secret_until"]!.GetValue<DateTimeOffset>() - DateTimeOffset.UtcNow,
            TimeSpan.FromHours(23.9), TimeSpan.FromHours(24.1));
        await api.AcceptAsync(ApiClient.Message());

        var received = await receiver.WaitForAsync(2);
        Assert.Equal([Signature(received[0], old)], received[0].Headers["webhook-signature"].Split(' '));
        Assert.Equal(
            [Signature(received[1], current), Signature(received[1], old)], received[1].Headers["webhook-signature"].Split(' '));
    }

    [Fact]
    public async Task The_timestamp_is_of_the_attempt_and_not_of_the_event()
    {
        using var api = await service.NewWebhookProjectAsync();
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = (_, context) =>
        {
            context.Response.StatusCode = receiver.All[^1].At - receiver.All[0].At < TimeSpan.FromSeconds(2) ? 500 : 200;
            return Task.CompletedTask;
        };
        var endpoint = await api.SubscribeAsync(receiver, "message.accepted");
        await api.AcceptAsync(ApiClient.Message());
        await api.WaitForDeliveryAsync(endpoint, d => d["status"]!.GetValue<string>() == "succeeded");

        // Whole seconds, rounded down; receivers refuse what is five minutes off.
        Assert.All(receiver.All, r => Assert.InRange(r.At - Timestamp(r), TimeSpan.Zero, TimeSpan.FromSeconds(5)));
        Assert.True(Timestamp(receiver.All[^1]) > Timestamp(receiver.All[0]));
    }

    private static DateTimeOffset Timestamp(Received received) =>
        DateTimeOffset.FromUnixTimeSeconds(long.Parse(received.Headers["webhook-timestamp"], CultureInfo.InvariantCulture));

    private static string Signature(Received received, string secret)
    {
        Assert.True(WebhookSecret.TryParse(secret, out var key));
        return WebhookSignature.Sign(
            [key.Key], received.Id, Timestamp(received), Encoding.UTF8.GetBytes(received.Body));
    }
}

public sealed class SqliteSigningTests(SqliteCapture service) : SigningTests(service);

public sealed class PostgresSigningTests(PostgresCapture service) : SigningTests(service);
