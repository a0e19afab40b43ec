using System.Text.Json.Nodes;
using MailApi.Core.Domain;
using MailApi.IntegrationTests.Running;

namespace MailApi.IntegrationTests.Webhooks;

/// <summary>Every type of event that exists reaches an endpoint, as the API shows it.</summary>
public sealed class EventTypeTests
{
    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task Every_type_reaches_an_endpoint(string provider)
    {
        // Nobody listens at the relay: what is for a live address is deferred until it expires.
        await using var service = await ServiceProcess.StartAsync(provider, new Dictionary<string, string>
        {
            ["Relays__main__Host"] = "127.0.0.1",
            ["Relays__main__Port"] = "9",
            ["Relays__main__Security"] = "none",
            ["Delivery__RetrySchedule__0"] = "00:00:00.2",
            ["Delivery__RelayTroubleDelay"] = "00:00:00.2",
            ["Delivery__ExpiresAfter"] = "00:00:01",
            ["Webhooks__AllowedNetworks__0"] = "127.0.0.0/8",
        });
        using var api = new ApiClient(service.CreateClient());
        await using var receiver = await Receiver.StartAsync();
        await using var gone = await Receiver.StartAsync();
        gone.AnswerWith(410);
        var endpoint = await api.SubscribeAsync(receiver, "*");

        foreach (var type in EventTypes.All)
        {
            await Causes[type](api, endpoint, gone);
            await receiver.WaitForAsync(all => all.Any(r => r.Type == type));
        }

        await ApiClient.WaitAsync(
            async () => (await api.WebhookAsync(endpoint))["counters"]!, c => c["pending"]!.GetValue<int>() == 0);
        // What the other endpoint was asked to be told is an event too, and for it alone.
        var told = receiver.All.Concat(gone.All.DistinctBy(r => r.Id)).Select(r => r.Id).ToList();
        Assert.Equal((await api.EventIdsAsync(told.Count)).Order(), told.Order());
        var shown = (await api.GetAsync("/v1/events?limit=100")).Body!["data"]!.AsArray().ToDictionary(e => e!["id"]!.GetValue<string>());
        Assert.All(receiver.All, r => Assert.True(JsonNode.DeepEquals(shown[r.Id], r.Event), $"{shown[r.Id]}\n{r.Body}"));
    }

    private static readonly Dictionary<string, Func<ApiClient, string, Receiver, Task>> Causes = new()
    {
        [EventTypes.MessageAccepted] = (api, _, _) => api.AcceptAsync(ApiClient.Message("delivered@sandbox.test")),
        [EventTypes.MessageScheduled] = (api, _, _) => api.ScheduleAsync(1),
        [EventTypes.MessageCancelled] = async (api, _, _) =>
        {
            var message = ApiClient.Message();
            message["send_at"] = DateTimeOffset.UtcNow.AddDays(1).ToString("O");
            await api.PostAsync($"/v1/messages/{await api.AcceptAsync(message)}/cancel");
        },
        [EventTypes.MessageDelivered] = (api, _, _) => api.AcceptAsync(ApiClient.Message("delivered@sandbox.test")),
        [EventTypes.MessageDeferred] = (api, _, _) => api.AcceptAsync(ApiClient.Message("deferred@sandbox.test")),
        [EventTypes.MessageBounced] = (api, _, _) => api.AcceptAsync(ApiClient.Message("bounced@sandbox.test")),
        [EventTypes.MessageFailed] = (api, _, _) => api.AcceptAsync(ApiClient.Message("ann@example.net")),
        [EventTypes.MessageSuppressed] = (api, _, _) =>
        {
            var message = ApiClient.Message();
            message["to"] = new JsonArray("suppressed@sandbox.test", "delivered@sandbox.test");
            return api.AcceptAsync(message);
        },
        [EventTypes.MessageComplained] = (api, _, _) => api.AcceptAsync(ApiClient.Message("complained@sandbox.test")),
        [EventTypes.SuppressionCreated] = (api, _, _) =>
            api.PostAsync("/v1/suppressions", new JsonObject { ["email"] = "zoe@example.net" }),
        [EventTypes.SuppressionDeleted] = (api, _, _) => api.SendAsync(HttpMethod.Delete, "/v1/suppressions/zoe@example.net"),
        [EventTypes.WebhookDisabled] = async (api, _, gone) =>
        {
            var id = await api.SubscribeAsync(gone, "suppression.*");
            await api.PostAsync($"/v1/webhooks/{id}/test");
        },
        [EventTypes.WebhookTest] = (api, endpoint, _) => api.PostAsync($"/v1/webhooks/{endpoint}/test"),
    };
}
