using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace MailApi.Benchmarks.LoadTool.Http;

/// <summary>
/// One finished HTTP request, written once; each copy differs in the eight digits of its recipient, and in those of its
/// template if there are several.
/// </summary>
public sealed class MessagePayload
{
    private const string Digits = "00000000";

    private readonly byte[] _request;
    private readonly int _recipient;
    private readonly int _template;
    private readonly int _templates;

    public MessagePayload(Uri address, string apiKey, Load load, DateTimeOffset? sendAt)
    {
        var message = load.Content.DeepClone().AsObject();
        message["from"] = new JsonObject { ["email"] = "load@sender.example", ["name"] = "Load" };
        message["to"] = new JsonArray($"r{Digits}@{load.Domain}");
        message["send_at"] = sendAt?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        var body = JsonSerializer.SerializeToUtf8Bytes(message);
        var head = $"POST /v1/messages HTTP/1.1\r\nHost: {address.Authority}\r\nAuthorization: Bearer {apiKey}\r\n"
            + $"Content-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n";
        _request = [.. Encoding.ASCII.GetBytes(head), .. body];
        _recipient = _request.AsSpan().IndexOf(Encoding.ASCII.GetBytes($"r{Digits}@")) + 1;
        _template = _request.AsSpan().IndexOf(Encoding.ASCII.GetBytes($"\"{Load.Slug(0)}\"")) + 2;
        _templates = load.Templates;
    }

    /// <summary>A copy for one connection to write its numbers into.</summary>
    public byte[] Copy() => [.. _request];

    /// <summary>Writes the recipient's number into <paramref name="copy"/>.</summary>
    public void Number(byte[] copy, int number)
    {
        number.TryFormat(copy.AsSpan(_recipient, Digits.Length), out _, "D8", CultureInfo.InvariantCulture);
        if (_templates > 1)
        {
            (number % _templates).TryFormat(copy.AsSpan(_template, Digits.Length), out _, "D8", CultureInfo.InvariantCulture);
        }
    }

    /// <summary>Plain English-like text of exactly <paramref name="size"/> bytes, the same in every run.</summary>
    /// <remarks>Words, since a body of one repeated letter would compress to nothing and flatter the service.</remarks>
    public static string TextOf(int size)
    {
        const string Letters = "etaoinshrdlucmfwypvbgkjqxz";
        var random = new Random(size);
        var text = new StringBuilder(size);
        var lineLength = 0;
        while (text.Length < size)
        {
            var length = random.Next(2, 10);
            for (var i = 0; i < length; i++)
            {
                // The product of two draws prefers the front of the list, as English does.
                text.Append(Letters[(int)(random.NextDouble() * random.NextDouble() * Letters.Length)]);
            }

            lineLength += length + 1;
            text.Append(lineLength > 66 ? '\n' : ' ');
            lineLength = lineLength > 66 ? 0 : lineLength;
        }

        text.Length = size - 1;
        return text.Append('\n').ToString();
    }
}
