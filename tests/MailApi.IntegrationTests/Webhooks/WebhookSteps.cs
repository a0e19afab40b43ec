using System.Text.Json.Nodes;
using MailApi.IntegrationTests.Running;

namespace MailApi.IntegrationTests.Webhooks;

/// <summary>What a caller does with endpoints.</summary>
internal static class WebhookSteps
{
    public static Task<ApiClient> NewWebhookProjectAsync(this CaptureService service) =>
        service.NewProjectAsync("send", "read", "suppressions", "webhooks");

    public static Task<string> SubscribeAsync(this ApiClient api, Receiver receiver, params string[] events) =>
        api.SubscribeAsync(receiver.Url, events);

    /// <summary>Makes an endpoint; returns its id.</summary>
    public static async Task<string> SubscribeAsync(this ApiClient api, string url, params string[] events)
    {
        var made = await api.PostAsync("/v1/webhooks", new JsonObject
        {
            ["url"] = url,
            ["events"] = new JsonArray([.. events.Select(e => JsonValue.Create(e))]),
        });
        Assert.True(made.Status == 201, $"{made.Body}");
        return made.Body!["id"]!.GetValue<string>();
    }

    public static async Task<JsonNode> WebhookAsync(this ApiClient api, string id) =>
        (await api.GetAsync($"/v1/webhooks/{id}")).Body!;

    /// <summary>The endpoint's whole log, newest first.</summary>
    public static async Task<IReadOnlyList<JsonNode>> DeliveriesAsync(this ApiClient api, string id)
    {
        List<JsonNode> all = [];
        for (string? cursor = null; ;)
        {
            var page = (await api.GetAsync($"/v1/webhooks/{id}/deliveries?limit=100&cursor={cursor}")).Body!;
            all.AddRange(page["data"]!.AsArray().Select(d => d!));
            if (!page["has_more"]!.GetValue<bool>())
            {
                return all;
            }

            cursor = page["next_cursor"]!.GetValue<string>();
        }
    }

    /// <summary>Waits until the endpoint's only delivery is as expected.</summary>
    public static async Task<JsonNode> WaitForDeliveryAsync(this ApiClient api, string id, Func<JsonNode, bool> expected) =>
        (await ApiClient.WaitAsync(
            async () => (await api.GetAsync($"/v1/webhooks/{id}/deliveries")).Body!["data"]!,
            d => d.AsArray().Count == 1 && expected(d[0]!)))[0]!;

    /// <summary>Accepts so many messages that are to be sent tomorrow, two events each, in batches of a hundred.</summary>
    public static async Task ScheduleAsync(this ApiClient api, int messages)
    {
        for (var left = messages; left > 0; left -= 100)
        {
            var batch = Enumerable.Range(0, Math.Min(left, 100)).Select(_ =>
            {
                var message = ApiClient.Message();
                message["send_at"] = DateTimeOffset.UtcNow.AddDays(1).ToString("O");
                return message;
            });
            var answer = await api.PostAsync("/v1/messages/batch", new JsonObject { ["messages"] = new JsonArray([.. batch]) });
            Assert.True(answer.Status == 202, $"{answer.Body}");
        }
    }

    /// <summary>A message's events, once there are so many.</summary>
    /// <remarks>On PostgreSQL an event is listed when no older transaction of the server is open, which may take a moment.</remarks>
    public static async Task<IReadOnlyList<JsonNode>> EventsOfAsync(this ApiClient api, string message, int count) =>
        [.. (await ApiClient.WaitAsync(
            async () => new JsonArray([.. (await api.EventsOfAsync(message)).Select(e => e.DeepClone())]),
            e => e.AsArray().Count == count)).AsArray().Select(e => e!)];

    /// <summary>The ids of the project's events, oldest first, once there are so many.</summary>
    public static async Task<IReadOnlyList<string>> EventIdsAsync(this ApiClient api, int count) =>
        [.. (await ApiClient.WaitAsync(() => EventIdsAsync(api), e => e.AsArray().Count == count))
            .AsArray().Select(e => e!.GetValue<string>())];

    private static async Task<JsonNode> EventIdsAsync(ApiClient api)
    {
        JsonArray all = [];
        for (string? cursor = null; ;)
        {
            var page = (await api.GetAsync($"/v1/events?limit=100&cursor={cursor}")).Body!;
            foreach (var e in page["data"]!.AsArray())
            {
                all.Add(e!["id"]!.GetValue<string>());
            }

            if (!page["has_more"]!.GetValue<bool>())
            {
                return all;
            }

            cursor = page["next_cursor"]!.GetValue<string>();
        }
    }
}
