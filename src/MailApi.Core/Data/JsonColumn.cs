using System.Text.Encodings.Web;
using System.Text.Json;
using MailApi.Core.Domain;

namespace MailApi.Core.Data;

/// <summary>Small collections kept as JSON text in one column.</summary>
public static class JsonColumn
{
    private static readonly JsonSerializerOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Write(IReadOnlyList<string> values) =>
        values.Count == 0 ? "[]" : JsonSerializer.Serialize(values, Options);

    public static string Write(IReadOnlyDictionary<string, string> values) =>
        values.Count == 0 ? "{}" : JsonSerializer.Serialize(values, Options);

    public static string Write(IReadOnlyList<WebhookAttempt> attempts) =>
        attempts.Count == 0 ? "[]" : JsonSerializer.Serialize(attempts, Options);

    public static IReadOnlyList<WebhookAttempt> ReadAttempts(string json) =>
        json == "[]" ? [] : JsonSerializer.Deserialize<List<WebhookAttempt>>(json, Options) ?? [];

    public static IReadOnlyList<string> ReadList(string json) =>
        json == "[]" ? [] : JsonSerializer.Deserialize<List<string>>(json, Options) ?? [];

    public static IReadOnlyDictionary<string, string> ReadMap(string json) =>
        JsonSerializer.Deserialize<Dictionary<string, string>>(json, Options) ?? [];
}
