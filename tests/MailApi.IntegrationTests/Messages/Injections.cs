using System.Text;
using System.Text.Json.Nodes;
using MailApi.IntegrationTests.Running;

namespace MailApi.IntegrationTests.Messages;

/// <summary>Puts a hostile value into a field, and looks at what would go out.</summary>
internal static class Injections
{
    private static readonly string[] Harmless =
        ["message-id", "date", "from", "to", "cc", "reply-to", "subject", "mime-version", "content-type",
         "content-transfer-encoding", "content-disposition", "content-id", "x-test", "list-unsubscribe"];

    public static JsonObject Message(string field, string value)
    {
        var message = ApiClient.Message();
        message.Remove("text");
        message["html"] = "<p>Hi</p>";
        switch (field)
        {
            case "from.name":
                message["from"] = new JsonObject { ["email"] = "hello@acme.example", ["name"] = value };
                break;
            case "from.email":
                message["from"] = new JsonObject { ["email"] = value };
                break;
            case "to[0].name":
                message["to"] = new JsonObject { ["email"] = "ann@example.net", ["name"] = value };
                break;
            case "to[0].email" or "cc[0].email":
                message[field[..2]] = new JsonArray(new JsonObject { ["email"] = value });
                break;
            case "headers.name":
                message["headers"] = new JsonObject { [value] = "v" };
                break;
            case "headers.value":
                message["headers"] = new JsonObject { ["X-Test"] = value };
                break;
            case "list_unsubscribe":
                message["headers"] = new JsonObject { ["List-Unsubscribe"] = value };
                break;
            case "attachments[0].filename" or "attachments[0].content_type" or "attachments[0].content_id":
                var attachment = new JsonObject { ["filename"] = "a.txt", ["content"] = "aGk=", ["content_type"] = "text/plain" };
                attachment[field[(field.IndexOf('.', StringComparison.Ordinal) + 1)..]] = value;
                message["attachments"] = new JsonArray(attachment);
                break;
            case "tag":
                message["tags"] = new JsonArray(value);
                break;
            case "metadata.value":
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
        var recipients = (await api.GetAsync($"/v1/messages/{id}")).Body!["recipients"]!.AsArray();
        Assert.True(recipients.Count <= 2, $"{recipients.ToJsonString()} for {row}");
    }
}
