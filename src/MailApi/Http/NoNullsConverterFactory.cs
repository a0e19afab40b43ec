using System.Text.Json;
using System.Text.Json.Serialization;

namespace MailApi.Http;

/// <summary>Lists and maps whose elements may not be null; the serializer's own know nothing of nullability.</summary>
internal sealed class NoNullsConverterFactory : JsonConverterFactory
{
    public override bool CanConvert(Type typeToConvert) =>
        typeToConvert.IsGenericType
        && (typeToConvert.GetGenericTypeDefinition() == typeof(IReadOnlyList<>)
            || (typeToConvert.GetGenericTypeDefinition() == typeof(IReadOnlyDictionary<,>)
                && typeToConvert.GetGenericArguments()[0] == typeof(string)));

    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options)
    {
        var arguments = typeToConvert.GetGenericArguments();
        var converter = arguments.Length == 1
            ? typeof(ListConverter<>).MakeGenericType(arguments)
            : typeof(MapConverter<>).MakeGenericType(arguments[1]);
        return (JsonConverter)Activator.CreateInstance(converter)!;
    }


    private sealed class ListConverter<T> : JsonConverter<IReadOnlyList<T>>
    {
        public override IReadOnlyList<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (reader.TokenType != JsonTokenType.StartArray)
            {
                throw new JsonException("A list is expected.");
            }

            List<T> items = [];
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                items.Add(JsonSteps.Read<T>(ref reader, options, $"[{items.Count}]"));
            }

            return items;
        }

        public override void Write(Utf8JsonWriter writer, IReadOnlyList<T> value, JsonSerializerOptions options)
        {
            writer.WriteStartArray();
            foreach (var item in value)
            {
                JsonSerializer.Serialize(writer, item, options);
            }

            writer.WriteEndArray();
        }
    }

    private sealed class MapConverter<T> : JsonConverter<IReadOnlyDictionary<string, T>>
    {
        public override IReadOnlyDictionary<string, T> Read(
            ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                throw new JsonException("An object is expected.");
            }

            Dictionary<string, T> items = [];
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = reader.GetString()!;
                reader.Read();
                if (!items.TryAdd(name, JsonSteps.Read<T>(ref reader, options, $"['{name}']")))
                {
                    throw new JsonException($"Duplicate property '{name}'.");
                }
            }

            return items;
        }

        public override void Write(Utf8JsonWriter writer, IReadOnlyDictionary<string, T> value, JsonSerializerOptions options)
        {
            writer.WriteStartObject();
            foreach (var (name, item) in value)
            {
                writer.WritePropertyName(name);
                JsonSerializer.Serialize(writer, item, options);
            }

            writer.WriteEndObject();
        }
    }
}
