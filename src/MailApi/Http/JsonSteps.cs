using System.Text.Json;

namespace MailApi.Http;

/// <summary>
/// Keeps the way to an element that a converter of ours reads: the serializer knows the path to the converter's value only.
/// </summary>
internal static class JsonSteps
{
    private const string Key = "steps";

    /// <summary>Reads an element that may not be null; what is wrong with it is told with <paramref name="step"/> before it.</summary>
    public static T Read<T>(ref Utf8JsonReader reader, JsonSerializerOptions options, string step)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(ref reader, options) ?? throw new JsonException("Null is not allowed here.");
        }
        catch (JsonException exception)
        {
            var within = (exception.Path ?? "").TrimStart('$') + exception.Data[Key];
            throw new JsonException(exception.Message, exception) { Data = { [Key] = step + within } };
        }
    }

    /// <summary>The whole path of an exception.</summary>
    public static string PathOf(JsonException exception) => exception.Path + exception.Data[Key];
}
