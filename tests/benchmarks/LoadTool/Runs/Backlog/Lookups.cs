using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using MailApi.Benchmarks.LoadTool.Filling;
using MailApi.Benchmarks.LoadTool.Http;

namespace MailApi.Benchmarks.LoadTool.Runs.Backlog;

/// <summary>Asks for lists and single things of a past that is known, one request after the other.</summary>
public sealed class Lookups : IDisposable
{
    private const int Requests = 200;
    private const int WarmUp = 3;

    /// <summary>What takes seconds is known to after a few requests.</summary>
    private static readonly TimeSpan Enough = TimeSpan.FromSeconds(6);

    private readonly HttpClient _http;
    private readonly IReadOnlyList<PastMessage> _known;
    private readonly DateTimeOffset _now = TimeProvider.System.GetUtcNow();

    public Lookups(IMessageService service, IReadOnlyList<PastMessage> known)
    {
        _known = known;
        _http = new HttpClient { BaseAddress = service.Address, Timeout = TimeSpan.FromMinutes(2) };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", service.ApiKey);
        All = [.. Messages(), .. Single(), .. Events(), .. Stats()];
    }

    public IReadOnlyList<Lookup> All { get; }

    public async Task<LookupTimes> MeasureAsync(Lookup lookup, CancellationToken cancellationToken)
    {
        List<TimeSpan> times = [];
        string? cursor = null;
        var started = Stopwatch.GetTimestamp();
        for (var i = -WarmUp; i < Requests && (times.Count == 0 || Stopwatch.GetElapsedTime(started) < Enough); i++)
        {
            var path = lookup.Path(cursor);
            var asked = Stopwatch.GetTimestamp();
            using var answer = await _http.GetAsync(path, cancellationToken);
            var body = await answer.Content.ReadAsByteArrayAsync(cancellationToken);
            var time = Stopwatch.GetElapsedTime(asked);
            if (!answer.IsSuccessStatusCode)
            {
                throw new RunFailedException($"{path} was answered {(int)answer.StatusCode}");
            }

            cursor = CursorOf(body);
            if (i >= 0)
            {
                times.Add(time);
            }
        }

        return new LookupTimes(times);
    }

    public void Dispose() => _http.Dispose();

    private IEnumerable<Lookup> Messages() =>
    [
        new("messages, first page", _ => "/v1/messages"),
        new("messages, page after page", cursor => $"/v1/messages{After(cursor)}"),
        new("messages of a recipient", _ => $"/v1/messages?recipient={Any().Recipient}"),
        new("messages with a tag, one in 10", _ => "/v1/messages?tag=tag-3"),
        new($"messages with a tag, one in {History.Rare}", _ => "/v1/messages?tag=rare"),
        new("messages, completed", _ => "/v1/messages?status=completed"),
        new("messages, queued (hardly any)", _ => "/v1/messages?status=queued"),
        new("messages of an hour of the past", _ => $"/v1/messages?{Hour(Any().At)}"),
        new("messages of a recipient of an hour", _ => Any() is var one
            ? $"/v1/messages?recipient={one.Recipient}&{Hour(one.At)}"
            : ""),
    ];

    private IEnumerable<Lookup> Single() =>
    [
        new("a message", _ => $"/v1/messages/{Any().Id}"),
        new("its events", _ => $"/v1/messages/{Any().Id}/events"),
        new("its attempts", _ => $"/v1/messages/{Any().Id}/attempts"),
    ];

    private IEnumerable<Lookup> Events() =>
    [
        new("events, first page", _ => "/v1/events"),
        new("events, page after page", cursor => $"/v1/events{After(cursor)}"),
        new("events, newest first", _ => "/v1/events?order=desc"),
        new("events, bounced", _ => "/v1/events?type=message.bounced"),
        new("events of a recipient", _ => $"/v1/events?recipient={Any().Recipient}"),
        new("events since a time of the past", _ => $"/v1/events?since={Time(Any().At)}"),
    ];

    private static IEnumerable<Lookup> Stats() =>
    [
        new("statistics by day", _ => "/v1/stats"),
        new("statistics by hour", _ => "/v1/stats?interval=hour"),
        new("statistics by day and domain", _ => "/v1/stats?group_by=domain"),
    ];

    private PastMessage Any() => _known[Random.Shared.Next(_known.Count)];

    private string Hour(DateTimeOffset time) => $"since={Time(time.AddMinutes(-30))}&until={Time(Earlier(time.AddMinutes(30), _now))}";

    private static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;

    private static string After(string? cursor) => cursor is null ? "" : $"?cursor={Uri.EscapeDataString(cursor)}";

    private static string Time(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static string? CursorOf(byte[] page)
    {
        using var json = JsonDocument.Parse(page);
        return json.RootElement.TryGetProperty("next_cursor", out var cursor) ? cursor.GetString() : null;
    }
}
