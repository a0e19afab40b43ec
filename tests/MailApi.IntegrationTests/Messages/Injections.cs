using System.Text;
using System.Text.Json.Nodes;
using MailApi.IntegrationTests.Running;

namespace MailApi.IntegrationTests.Messages;

/// <summary>Puts a hostile value into a field, and looks at what would go out.</summary>
internal static class Injections
{
    private static readonly string[] Harmless =
        ["message-id", "date", "from", "to", "cc", "reply-to", "subject", "mime-version", "content-type",
         "content-transfer-encoding", "content-disposition", "content-id", "x-test"];

    public static JsonObject Message(string field, string value)
    {
        var message = ApiClient.Message();
        message.Remove("text");
        message["html"] = "<p>Hi</p>";
        switch (field)
        {
            case "from.name" or "from_name":
                message["from"] = new JsonObject { ["email"] = "hello@acme.example", ["name"] = value };
                break;
            case "to.name" or "to_name":
                message["to"] = new JsonObject { ["email"] = "ann@example.net", ["name"] = value };
                break;
            case "from.email" or "from_email" or "from":
                message["from"] = new JsonObject { ["email"] = value };
                break;
            case "to.email" or "to_email" or "to":
                message["to"] = new JsonArray(new JsonObject { ["email"] = value });
                break;
            case "headers.name" or "header_name" or "custom-header-name":
                message["headers"] = new JsonObject { [value] = "v" };
                break;
            case "headers.value" or "header_value" or "custom-header-value":
                message["headers"] = new JsonObject { ["X-Test"] = value };
                break;
            case var attachment when attachment.Contains("filename", StringComparison.Ordinal):
                message["attachments"] = new JsonArray(Attachment("filename", value));
                break;
            case var attachment when attachment.Contains("content_type", StringComparison.Ordinal):
                message["attachments"] = new JsonArray(Attachment("content_type", value));
                break;
            case var attachment when attachment.Contains("content_id", StringComparison.Ordinal):
                message["attachments"] = new JsonArray(Attachment("content_id", value));
                break;
            case "tag" or "tags":
                message["tags"] = new JsonArray(value);
                break;
            case "metadata":
                message["metadata"] = new JsonObject { ["k"] = value };
                break;
            default:
                message[field] = value;
                break;
        }

        return message;
    }

    /// <summary>Only known header fields, each once, and the recipients that were named.</summary>
    public static async Task AssertHarmlessAsync(ApiClient api, string id, string row)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/v1/messages/{id}/content");
        request.Headers.Add("Accept", "message/rfc822");
        using var response = await api.Http.SendAsync(request);
        var mime = Encoding.UTF8.GetString(await response.Content.ReadAsByteArrayAsync());
        var header = mime[..mime.IndexOf("\r\n\r\n", StringComparison.Ordinal)];
        Assert.DoesNotContain('\r', header.Replace("\r\n", "", StringComparison.Ordinal));
        Assert.DoesNotContain('\n', header.Replace("\r\n", "", StringComparison.Ordinal));

        var names = header.Split("\r\n").Where(l => l.Length > 0 && l[0] is not (' ' or '\t'))
            .Select(l => l[..l.IndexOf(':', StringComparison.Ordinal)].ToLowerInvariant()).ToList();
        Assert.True(names.All(n => Harmless.Contains(n)), $"{string.Join(' ', names)} for {row}");
        Assert.Equal(names.Count, names.Distinct().Count());
        Assert.Single((await api.GetAsync($"/v1/messages/{id}")).Body!["recipients"]!.AsArray());
    }

    private static JsonObject Attachment(string field, string value)
    {
        var attachment = new JsonObject { ["filename"] = "a.txt", ["content"] = "aGk=", ["content_type"] = "text/plain" };
        attachment[field] = value;
        return attachment;
    }
}
