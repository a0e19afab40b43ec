using System.Text.Json;

namespace MailApi.Core.Domain;

/// <summary>The names of enum values as the API and the database write them: <c>hard_bounce</c>.</summary>
public static class Names
{
    public static string Of<TEnum>(TEnum value)
        where TEnum : struct, Enum => Cache<TEnum>.ByValue.TryGetValue(value, out var name)
            ? name
            : throw new ArgumentOutOfRangeException(nameof(value), value, "Not a named value.");

    public static bool TryParse<TEnum>(string? name, out TEnum value)
        where TEnum : struct, Enum => Cache<TEnum>.ByName.TryGetValue(name ?? "", out value);

    public static TEnum Parse<TEnum>(string name)
        where TEnum : struct, Enum => TryParse<TEnum>(name, out var value)
            ? value
            : throw new FormatException($"'{name}' is no {typeof(TEnum).Name}; known are {All<TEnum>()}.");

    /// <summary>All names, separated by commas, for messages.</summary>
    public static string All<TEnum>()
        where TEnum : struct, Enum => string.Join(", ", Cache<TEnum>.ByName.Keys);

    private static class Cache<TEnum>
        where TEnum : struct, Enum
    {
        public static readonly Dictionary<TEnum, string> ByValue =
            Enum.GetValues<TEnum>().ToDictionary(v => v, v => JsonNamingPolicy.SnakeCaseLower.ConvertName(v.ToString()));

        public static readonly Dictionary<string, TEnum> ByName = ByValue.ToDictionary(p => p.Value, p => p.Key);
    }
}
