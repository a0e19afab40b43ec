using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace MailApi.Benchmarks.LoadTool.Http;

/// <summary>The few calls of the API that the runs make, as a careful client makes them.</summary>
public sealed class MailApiClient : IDisposable
{
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(100);

    private readonly HttpClient _http;

    public MailApiClient(Uri address, string apiKey)
    {
        ApiKey = apiKey;
        _http = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromSeconds(10) };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", apiKey);
    }

    public string ApiKey { get; }

    /// <summary>Sends one small message and returns its id.</summary>
    /// <exception cref="RunFailedException">The answer was not 202.</exception>
    public Task<string> SendAsync(string ledgerId, CancellationToken cancellationToken) =>
        SendAsync(ledgerId, "rcpt.example", "normal", cancellationToken);

    /// <summary>As above, to a domain and with a priority.</summary>
    public async Task<string> SendAsync(
        string ledgerId, string domain, string priority, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/messages");
        request.Headers.Add("Idempotency-Key", ledgerId);
        request.Content = JsonContent.Create(new
        {
            from = "load@sender.example",
            to = $"{ledgerId}@{domain}",
            subject = ledgerId,
            text = $"This is message {ledgerId}.\n",
            headers = new Dictionary<string, string> { ["X-Ledger"] = ledgerId },
            priority,
        });
        using var answer = await _http.SendAsync(request, cancellationToken);
        var body = await answer.Content.ReadAsStringAsync(cancellationToken);
        if (answer.StatusCode == HttpStatusCode.Accepted)
        {
            return JsonElement.Parse(body).GetProperty("id").GetString()!;
        }

        // 409: the first request with this key is still in flight, as after a time-out on our side.
        return (int)answer.StatusCode >= 500 || answer.StatusCode == HttpStatusCode.Conflict
            ? throw new HttpRequestException(body, null, answer.StatusCode)
            : throw new RunFailedException($"{ledgerId} was refused with {(int)answer.StatusCode}: {body}");
    }

    /// <summary>Stores a template.</summary>
    public Task StoreAsync(JsonObject template, CancellationToken cancellationToken) =>
        CreateAsync("/v1/templates", template, cancellationToken);

    /// <summary>Adds an endpoint that is told every event.</summary>
    public Task SubscribeAsync(string url, CancellationToken cancellationToken) => CreateAsync(
        "/v1/webhooks", new JsonObject { ["url"] = url, ["events"] = new JsonArray("*") }, cancellationToken);

    /// <summary>Suppresses an address: one event, and no mail.</summary>
    public Task SuppressAsync(string email, CancellationToken cancellationToken) =>
        CreateAsync("/v1/suppressions", new JsonObject { ["email"] = email }, cancellationToken);

    /// <summary>Makes a project and returns a key of it.</summary>
    public async Task<string> NewProjectKeyAsync(CancellationToken cancellationToken)
    {
        var project = await CreateAsync("/v1/projects", new JsonObject { ["name"] = "another" }, cancellationToken);
        var key = await CreateAsync(
            "/v1/api-keys",
            new JsonObject
            {
                ["name"] = "another",
                ["project_id"] = project.GetProperty("id").GetString(),
                ["scopes"] = new JsonArray("send", "webhooks"),
            },
            cancellationToken);
        return key.GetProperty("key").GetString()!;
    }

    /// <summary>Repeats the request, idempotency key included, until the service is back and says 202.</summary>
    public async Task<string> SendUntilAcceptedAsync(string ledgerId, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await SendAsync(ledgerId, cancellationToken);
            }
            catch (HttpRequestException)
            {
                await Task.Delay(RetryPause, cancellationToken);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                await Task.Delay(RetryPause, cancellationToken);
            }
        }
    }

    /// <summary>How many attempts of a message ended as interrupted.</summary>
    public async Task<int> CountInterruptedAsync(string messageId, CancellationToken cancellationToken)
    {
        var attempts = await GetAsync($"/v1/messages/{messageId}/attempts", cancellationToken);
        return attempts.Count(attempt => attempt.GetProperty("outcome").GetString() == "interrupted");
    }

    /// <summary>True while any message waits in the queue or is being sent.</summary>
    public async Task<bool> HasUnsentAsync(CancellationToken cancellationToken)
    {
        foreach (var status in (string[])["queued", "sending"])
        {
            if ((await GetAsync($"/v1/messages?status={status}&limit=1", cancellationToken)).Count > 0)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Every event of the project, oldest first, as far as its id.</summary>
    public async Task<IReadOnlyList<string>> ListEventsAsync(CancellationToken cancellationToken)
    {
        List<string> ids = [];
        var path = "/v1/events?limit=100";
        while (true)
        {
            var page = await _http.GetFromJsonAsync<JsonElement>(path, cancellationToken);
            ids.AddRange(page.GetProperty("data").EnumerateArray().Select(e => e.GetProperty("id").GetString()!));
            if (!page.GetProperty("has_more").GetBoolean())
            {
                return ids;
            }

            path = $"/v1/events?limit=100&cursor={page.GetProperty("next_cursor").GetString()}";
        }
    }

    public void Dispose() => _http.Dispose();

    /// <exception cref="RunFailedException">The answer was not 201.</exception>
    private async Task<JsonElement> CreateAsync(string path, JsonObject body, CancellationToken cancellationToken)
    {
        using var answer = await _http.PostAsJsonAsync(path, body, cancellationToken);
        var text = await answer.Content.ReadAsStringAsync(cancellationToken);
        return answer.StatusCode == HttpStatusCode.Created ? JsonElement.Parse(text) : throw new RunFailedException(text);
    }

    private async Task<IReadOnlyList<JsonElement>> GetAsync(string path, CancellationToken cancellationToken)
    {
        var page = await _http.GetFromJsonAsync<JsonElement>(path, cancellationToken);
        return [.. page.GetProperty("data").EnumerateArray()];
    }
}
