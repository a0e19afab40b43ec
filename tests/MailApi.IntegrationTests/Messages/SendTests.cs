using System.Text;
using System.Text.Json.Nodes;
using MailApi.IntegrationTests.Running;

namespace MailApi.IntegrationTests.Messages;

/// <summary>What a sender meets at the door, and how the sandbox plays it through.</summary>
public abstract class SendTests(CaptureService service)
{
    [Fact]
    public async Task A_message_is_accepted_and_delivered()
    {
        using var api = await service.NewProjectAsync();
        var answer = await api.PostAsync("/v1/messages", new JsonObject
        {
            ["from"] = new JsonObject { ["email"] = "hello@acme.example", ["name"] = "Acme, Inc." },
            ["to"] = new JsonArray("Ann <ann@example.net>", new JsonObject { ["email"] = "bob@example.net" }),
            ["cc"] = "ops@example.net",
            ["bcc"] = new JsonArray("hidden@example.net"),
            ["reply_to"] = "support@acme.example",
            ["subject"] = "Welcome",
            ["html"] = "<p>Hi</p>",
            ["tags"] = new JsonArray("welcome"),
            ["metadata"] = new JsonObject { ["user_id"] = "8123" },
            ["send_at"] = null,
        });

        Assert.Equal(202, answer.Status);
        var id = answer.Body!["id"]!.GetValue<string>();
        Assert.Equal($"/v1/messages/{id}", answer.Response.Headers.Location!.ToString());
        Assert.True(answer.Body["sandbox"]!.GetValue<bool>());
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", answer.Body["created_at"]!.GetValue<string>());

        var message = await api.WaitForEndAsync(id);
        Assert.All(message["recipients"]!.AsArray(), r => Assert.Equal("delivered", r!["status"]!.GetValue<string>()));
        Assert.Equal(["to", "to", "cc", "bcc"], message["recipients"]!.AsArray().Select(r => r!["kind"]!.GetValue<string>()));
        Assert.Equal("Acme, Inc.", message["from"]!["name"]!.GetValue<string>());

        var events = await api.EventsOfAsync(id);
        Assert.Equal(Enumerable.Range(1, 5), events.Select(e => e["sequence"]!.GetValue<int>()));
        Assert.Equal("message.accepted", events[0]["type"]!.GetValue<string>());
        Assert.All(events.Skip(1), e => Assert.Equal("message.delivered", e["type"]!.GetValue<string>()));
        Assert.Equal("8123", events[1]["data"]!["metadata"]!["user_id"]!.GetValue<string>());
    }

    [Fact]
    public async Task Content_can_be_read_back_as_json_and_as_mime_without_bcc()
    {
        using var api = await service.NewProjectAsync();
        var message = ApiClient.Message();
        message["bcc"] = "hidden@example.net";
        message["headers"] = new JsonObject { ["X-Entity-Ref-ID"] = "8123" };
        message["attachments"] = new JsonArray(new JsonObject
        {
            ["filename"] = "terms.txt",
            ["content_type"] = "text/plain",
            ["content"] = Convert.ToBase64String("Terms"u8),
        });
        var id = await api.AcceptAsync(message);

        var content = (await api.GetAsync($"/v1/messages/{id}/content")).Body!;
        Assert.Equal("Hi there", content["text"]!.GetValue<string>().TrimEnd());
        Assert.Equal("terms.txt", content["attachments"]![0]!["filename"]!.GetValue<string>());

        using var request = new HttpRequestMessage(HttpMethod.Get, $"/v1/messages/{id}/content");
        request.Headers.Add("Accept", "message/rfc822");
        using var response = await api.Http.SendAsync(request);
        var mime = Encoding.UTF8.GetString(await response.Content.ReadAsByteArrayAsync());
        Assert.Equal("message/rfc822", response.Content.Headers.ContentType!.MediaType);
        Assert.StartsWith("Message-ID: <", mime, StringComparison.Ordinal);
        Assert.Contains("X-Entity-Ref-ID: 8123", mime, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden@example.net", mime, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("delivered@sandbox.test", "delivered")]
    [InlineData("bounced@sandbox.test", "bounced")]
    [InlineData("bounced+550-5.1.1@sandbox.test", "bounced")]
    [InlineData("complained@sandbox.test", "complained")]
    [InlineData("deferred@sandbox.test", "delivered")]
    [InlineData("anyone@example.net", "delivered")]
    public async Task Magic_recipients_decide_the_outcome(string email, string status)
    {
        using var api = await service.NewProjectAsync();
        var id = await api.AcceptAsync(ApiClient.Message(email));

        Assert.Equal(status, ApiClient.StatusOf(await api.WaitForEndAsync(id), email));
        var types = (await api.EventsOfAsync(id)).Select(e => e["type"]!.GetValue<string>()["message.".Length..]).ToList();
        Assert.Equal(
            email.StartsWith("deferred", StringComparison.Ordinal) ? ["accepted", "deferred", "delivered"]
            : status == "complained" ? ["accepted", "delivered", "complained"]
            : ["accepted", status],
            types);
    }

    [Fact]
    public async Task A_lone_suppressed_recipient_is_refused_and_one_among_others_is_left_out()
    {
        using var api = await service.NewProjectAsync();
        Assert.Equal(201, (await api.PostAsync("/v1/suppressions", new JsonObject { ["email"] = "gone@Example.NET" })).Status);

        var refused = await api.PostAsync("/v1/messages", ApiClient.Message("gone@example.net"));
        Assert.Equal((422, "all_recipients_suppressed"), (refused.Status, refused.Code));

        var message = ApiClient.Message();
        message["cc"] = "gone@example.net";
        var id = await api.AcceptAsync(message);
        var done = await api.WaitForEndAsync(id);
        Assert.Equal("suppressed", ApiClient.StatusOf(done, "gone@example.net"));
        Assert.Equal("delivered", ApiClient.StatusOf(done, "ann@example.net"));
        Assert.Equal(2, (await api.GetAsync("/v1/messages")).Body!["data"]!.AsArray()[0]!["recipients"]!.AsArray().Count);
    }

    [Fact]
    public async Task A_batch_is_all_or_none_unless_it_is_partial()
    {
        using var api = await service.NewProjectAsync();
        JsonObject Batch(string mode) => new()
        {
            ["mode"] = mode,
            ["messages"] = new JsonArray(ApiClient.Message(), ApiClient.Message("not an address"), ApiClient.Message("suppressed@sandbox.test")),
        };

        var atomic = await api.PostAsync("/v1/messages/batch", Batch("atomic"));
        Assert.Equal(422, atomic.Status);
        Assert.Contains("/messages/1/to", atomic.Pointers);
        Assert.Empty((await api.GetAsync("/v1/messages")).Body!["data"]!.AsArray());

        var partial = await api.PostAsync("/v1/messages/batch", Batch("partial"));
        Assert.Equal(202, partial.Status);
        var data = partial.Body!["data"]!.AsArray();
        Assert.Equal([0, 1, 2], data.Select(d => d!["index"]!.GetValue<int>()));
        Assert.StartsWith("msg_", data[0]!["id"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal(422, data[1]!["error"]!["status"]!.GetValue<int>());
        Assert.Equal("all_recipients_suppressed", data[2]!["error"]!["code"]!.GetValue<string>());
    }

    [Fact]
    public async Task Validate_stores_nothing()
    {
        using var api = await service.NewProjectAsync();
        var message = ApiClient.Message();
        message.Remove("text");
        message["html"] = "<p>Hi <a href='https://acme.example/x'>there</a></p>";
        var answer = await api.PostAsync("/v1/messages/validate", message);

        Assert.Equal(200, answer.Status);
        Assert.Contains("https://acme.example/x", answer.Body!["text"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Empty((await api.GetAsync("/v1/messages")).Body!["data"]!.AsArray());
    }

    [Fact]
    public async Task A_sandbox_key_never_sends()
    {
        using var admin = service.Admin();
        var key = await admin.PostAsync("/v1/api-keys", new JsonObject
        {
            ["name"] = "test",
            ["scopes"] = new JsonArray("send", "read"),
            ["sandbox"] = true,
        });
        Assert.StartsWith("mk_test_", key.Body!["key"]!.GetValue<string>(), StringComparison.Ordinal);
        using var api = new ApiClient(service.Process.CreateClient(key.Body["key"]!.GetValue<string>()));

        Assert.True((await api.PostAsync("/v1/messages", ApiClient.Message())).Body!["sandbox"]!.GetValue<bool>());
    }
}

public sealed class SqliteSendTests(SqliteCapture service) : SendTests(service);

public sealed class PostgresSendTests(PostgresCapture service) : SendTests(service);
