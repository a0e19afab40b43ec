using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace MailApi.IntegrationTests.Running;

/// <summary>What an answer was: status, headers, and the body as JSON.</summary>
public sealed record Answer(int Status, HttpResponseMessage Response, JsonNode? Body)
{
    public string Code => Body?["code"]?.GetValue<string>() ?? "";

    public IReadOnlyList<string> Pointers =>
        [.. (Body?["errors"]?.AsArray() ?? []).Select(e => e!["pointer"]!.GetValue<string>())];
}

/// <summary>Talks to the service the way a caller does.</summary>
public sealed class ApiClient(HttpClient http) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public HttpClient Http => http;

    /// <summary>A message that is accepted as it stands; tests state what differs.</summary>
    public static JsonObject Message(string to = "ann@example.net", string subject = "Hello") => new()
    {
        ["from"] = "hello@acme.example",
        ["to"] = to,
        ["subject"] = subject,
        ["text"] = "Hi there",
    };

    public async Task<Answer> SendAsync(
        HttpMethod method, string path, JsonNode? body = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            request.Content = JsonContent.Create(body);
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await AnswerAsync(await http.SendAsync(request));
    }

    public Task<Answer> GetAsync(string path) => SendAsync(HttpMethod.Get, path);

    public Task<Answer> PostAsync(string path, JsonNode? body = null, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Post, path, body, headers);

    /// <summary>Posts text that need not be JSON.</summary>
    public async Task<Answer> PostTextAsync(string path, string text)
    {
        using var content = new StringContent(text, System.Text.Encoding.UTF8, "application/json");
        return await AnswerAsync(await http.PostAsync(path, content));
    }

    /// <summary>Sends a message, expects 202 and returns its id.</summary>
    public async Task<string> AcceptAsync(JsonNode message)
    {
        var answer = await PostAsync("/v1/messages", message);
        Assert.True(answer.Status == 202, $"{answer.Status}: {answer.Body}");
        return answer.Body!["id"]!.GetValue<string>();
    }

    /// <summary>Waits until the message's recipients stand as <paramref name="expected"/> says; fails with what they are.</summary>
    public async Task<JsonNode> WaitForAsync(string id, Func<JsonNode, bool> expected)
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            var answer = await GetAsync($"/v1/messages/{id}");
            if (answer.Status == 200 && expected(answer.Body!))
            {
                return answer.Body!;
            }

            Assert.True(waited.Elapsed < Patience, $"Still not as expected after {Patience}: {answer.Body}");
            await Task.Delay(25);
        }
    }

    /// <summary>Waits until every recipient has reached its end.</summary>
    public Task<JsonNode> WaitForEndAsync(string id) =>
        WaitForAsync(id, m => m["status"]!.GetValue<string>() is "completed" or "cancelled");

    public static string StatusOf(JsonNode message, string email) => message["recipients"]!.AsArray()
        .Single(r => r!["email"]!.GetValue<string>() == email)!["status"]!.GetValue<string>();

    public async Task<IReadOnlyList<JsonNode>> EventsOfAsync(string id) =>
        [.. (await GetAsync($"/v1/messages/{id}/events?limit=100")).Body!["data"]!.AsArray().Select(e => e!)];

    /// <summary>
    /// Waits until a list of events is so long, and returns it. On PostgreSQL events show when every transaction of the
    /// server that was open at the time has ended, whoever's it is.
    /// </summary>
    public async Task<IReadOnlyList<JsonNode>> WaitForEventsAsync(int count, string path = "/v1/events?limit=100")
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            var events = (await GetAsync(path)).Body!["data"]!.AsArray();
            if (events.Count >= count)
            {
                return [.. events.Select(e => e!)];
            }

            Assert.True(waited.Elapsed < Patience, $"{events.Count} of {count} events after {Patience}: {events}");
            await Task.Delay(25);
        }
    }

    /// <summary>Waits until so many things have happened to a message.</summary>
    public Task<IReadOnlyList<JsonNode>> WaitForEventsOfAsync(string id, int count) =>
        WaitForEventsAsync(count, $"/v1/messages/{id}/events?limit=100");

    public async Task<IReadOnlyList<JsonNode>> AttemptsOfAsync(string id) =>
        [.. (await GetAsync($"/v1/messages/{id}/attempts")).Body!["data"]!.AsArray().Select(e => e!)];

    public void Dispose() => http.Dispose();

    private static async Task<Answer> AnswerAsync(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync();
        var isJson = response.Content.Headers.ContentType?.MediaType is { } type && type.EndsWith("json", StringComparison.Ordinal);
        return new Answer((int)response.StatusCode, response, isJson && text.Length > 0 ? JsonNode.Parse(text) : null);
    }
}
