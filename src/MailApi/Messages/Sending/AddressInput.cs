using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;
using MailApi.Core.Domain;
using MailApi.Http;

namespace MailApi.Messages.Sending;

/// <summary>
/// A mailbox as callers write it: <c>"ann@example.net"</c>, <c>"Ann &lt;ann@example.net&gt;"</c> or
/// <c>{"email", "name"}</c>.
/// </summary>
[JsonConverter(typeof(AddressInputConverter))]
public sealed record AddressInput(string Email, string? Name, bool IsObject)
{
    private bool _read;
    private Mailbox? _mailbox;
    private string? _error;

    /// <summary>The mailbox, or a sentence on what is wrong with it. Read once.</summary>
    internal bool TryGetMailbox([NotNullWhen(true)] out Mailbox? mailbox, [NotNullWhen(false)] out string? error)
    {
        if (!_read)
        {
            _ = IsObject
                ? Mailbox.TryCreate(Email, Name, out _mailbox, out _error)
                : Mailbox.TryParse(Email, out _mailbox, out _error);
            _read = true;
        }

        mailbox = _mailbox;
        error = mailbox is null ? _error ?? "The address cannot be read." : null;
        return mailbox is not null;
    }
}

/// <summary>One mailbox or a list of them.</summary>
[JsonConverter(typeof(AddressListInputConverter))]
public sealed record AddressListInput(IReadOnlyList<AddressInput> Items, bool IsSingle);

/// <summary>Binds either form; anything else is a wrong type.</summary>
internal sealed class AddressInputConverter : JsonConverter<AddressInput>
{
    public override AddressInput Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                return new AddressInput(reader.GetString()!, null, IsObject: false);
            case JsonTokenType.StartObject:
                var parts = JsonSerializer.Deserialize<AddressObject>(ref reader, options)!;
                return new AddressInput(parts.Email, parts.Name, IsObject: true);
            default:
                throw new JsonException("An address is a string or an object with email and name.");
        }
    }

    public override void Write(Utf8JsonWriter writer, AddressInput value, JsonSerializerOptions options)
    {
        if (value.IsObject)
        {
            JsonSerializer.Serialize(writer, new AddressObject(value.Email, value.Name), options);
        }
        else
        {
            writer.WriteStringValue(value.Email);
        }
    }
}

/// <summary>The object form of an address.</summary>
public sealed record AddressObject(string Email, string? Name = null);

/// <summary>Binds one address or an array of them.</summary>
internal sealed class AddressListInputConverter : JsonConverter<AddressListInput>
{
    public override AddressListInput Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            return new AddressListInput([JsonSerializer.Deserialize<AddressInput>(ref reader, options)!], IsSingle: true);
        }

        List<AddressInput> items = [];
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            items.Add(JsonSteps.Read<AddressInput>(ref reader, options, $"[{items.Count}]"));
        }

        return new AddressListInput(items, IsSingle: false);
    }

    public override void Write(Utf8JsonWriter writer, AddressListInput value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(writer, value.Items, options);
}
