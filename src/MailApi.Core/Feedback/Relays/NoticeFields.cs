using System.Text.Json;

namespace MailApi.Core.Feedback.Relays;

/// <summary>Reads a relay's JSON; what is missing or of another type is null or empty.</summary>
internal static class NoticeFields
{
    /// <summary>More news, or recipients, than any relay puts into one request.</summary>
    public const int MaxItems = 5000;

    public static JsonElement? Find(this JsonElement element, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            if (element.ValueKind is not JsonValueKind.Object || !element.TryGetProperty(name, out element))
            {
                return null;
            }
        }

        return element;
    }

    public static string? Text(this JsonElement element, params ReadOnlySpan<string> path) =>
        element.Find(path) is { ValueKind: JsonValueKind.String } found && found.GetString() is { Length: > 0 } text
            ? text
            : null;

    public static int? Number(this JsonElement element, params ReadOnlySpan<string> path) =>
        element.Find(path) is { ValueKind: JsonValueKind.Number } found && found.TryGetInt32(out var number)
            ? number
            : null;

    public static IEnumerable<JsonElement> Items(this JsonElement element, params ReadOnlySpan<string> path) =>
        element.Find(path) is { ValueKind: JsonValueKind.Array } found ? found.EnumerateArray().Take(MaxItems) : [];

    /// <summary>The texts among an object's values.</summary>
    public static IEnumerable<string> Values(this JsonElement element, params ReadOnlySpan<string> path) =>
        element.Find(path) is { ValueKind: JsonValueKind.Object } found
            ? found.EnumerateObject().Take(100).Select(p => p.Value).Where(v => v.ValueKind is JsonValueKind.String)
                .Select(v => v.GetString()!)
            : [];
}
