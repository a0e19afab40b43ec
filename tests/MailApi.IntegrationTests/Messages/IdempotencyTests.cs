using System.Text.Json.Nodes;
using MailApi.IntegrationTests.Running;

namespace MailApi.IntegrationTests.Messages;

public abstract class IdempotencyTests(CaptureService service)
{
    private const string Header = "Idempotency-Key";

    [Fact]
    public async Task The_same_request_is_answered_again_and_sent_once()
    {
        using var api = await service.NewProjectAsync();
        var first = await api.PostAsync("/v1/messages", ApiClient.Message(), (Header, "welcome/user-8123"));
        var second = await api.PostAsync("/v1/messages", ApiClient.Message(), (Header, "\"welcome/user-8123\""));

        Assert.Equal((202, 202), (first.Status, second.Status));
        Assert.False(first.Response.Headers.Contains("Idempotency-Replayed"));
        Assert.Equal("true", Assert.Single(second.Response.Headers.GetValues("Idempotency-Replayed")));
        Assert.Equal(first.Body!.ToJsonString(), second.Body!.ToJsonString());
        Assert.Equal(first.Response.Headers.Location, second.Response.Headers.Location);
        Assert.Single((await api.GetAsync("/v1/messages")).Body!["data"]!.AsArray());
    }

    [Fact]
    public async Task Another_request_with_the_key_is_refused()
    {
        using var api = await service.NewProjectAsync();
        await api.PostAsync("/v1/messages", ApiClient.Message(), (Header, "k"));
        var other = await api.PostAsync("/v1/messages", ApiClient.Message(subject: "Other"), (Header, "k"));

        Assert.Equal((422, "idempotency_key_reused"), (other.Status, other.Code));
    }

    [Fact]
    public async Task A_refusal_leaves_the_key_free()
    {
        using var api = await service.NewProjectAsync();
        Assert.Equal(422, (await api.PostAsync("/v1/messages", ApiClient.Message("nobody"), (Header, "k"))).Status);
        Assert.Equal(422, (await api.PostAsync("/v1/messages", ApiClient.Message("suppressed@sandbox.test"), (Header, "k"))).Status);
        Assert.Equal(202, (await api.PostAsync("/v1/messages", ApiClient.Message(), (Header, "k"))).Status);
    }

    [Fact]
    public async Task Keys_of_other_projects_do_not_matter()
    {
        using var one = await service.NewProjectAsync();
        using var two = await service.NewProjectAsync();
        var first = await one.PostAsync("/v1/messages", ApiClient.Message(), (Header, "k"));
        var second = await two.PostAsync("/v1/messages", ApiClient.Message(), (Header, "k"));

        Assert.NotEqual(first.Body!["id"]!.GetValue<string>(), second.Body!["id"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("")]
    [InlineData("two words")]
    public async Task A_key_is_visible_ascii(string key)
    {
        using var api = await service.NewProjectAsync();

        Assert.Equal(400, (await api.PostAsync("/v1/messages", ApiClient.Message(), (Header, key))).Status);
        Assert.Equal(400, (await api.PostAsync("/v1/messages", ApiClient.Message(), (Header, new string('k', 257)))).Status);
    }

    [Fact]
    public async Task Fifty_at_once_make_one_message()
    {
        using var api = await service.NewProjectAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 50)
            .Select(_ => api.PostAsync("/v1/messages", ApiClient.Message(), (Header, "k"))));

        Assert.All(answers, a => Assert.True(a.Status is 202 or 409, $"{a.Status}: {a.Body}"));
        Assert.All(answers.Where(a => a.Status == 409), a => Assert.Equal("idempotency_in_progress", a.Code));
        Assert.All(answers.Where(a => a.Status == 409), a => Assert.NotNull(a.Response.Headers.RetryAfter));
        Assert.Single(answers.Where(a => a.Status == 202).Select(a => a.Body!["id"]!.GetValue<string>()).Distinct());
        Assert.Single((await api.GetAsync("/v1/messages")).Body!["data"]!.AsArray());
    }

    [Fact]
    public async Task A_batch_and_its_messages_have_keys_of_their_own()
    {
        using var api = await service.NewProjectAsync();
        JsonObject Batch()
        {
            var one = ApiClient.Message();
            one["idempotency_key"] = "one";
            return new JsonObject { ["messages"] = new JsonArray(one, ApiClient.Message()) };
        }

        var first = await api.PostAsync("/v1/messages/batch", Batch(), (Header, "batch"));
        var replay = await api.PostAsync("/v1/messages/batch", Batch(), (Header, "batch"));
        var again = await api.PostAsync("/v1/messages/batch", Batch());

        Assert.Equal(first.Body!.ToJsonString(), replay.Body!.ToJsonString());
        Assert.Equal(first.Body["data"]![0]!["id"]!.GetValue<string>(), again.Body!["data"]![0]!["id"]!.GetValue<string>());
        Assert.NotEqual(first.Body["data"]![1]!["id"]!.GetValue<string>(), again.Body["data"]![1]!["id"]!.GetValue<string>());
    }
}

public sealed class SqliteIdempotencyTests(SqliteCapture service) : IdempotencyTests(service);

public sealed class PostgresIdempotencyTests(PostgresCapture service) : IdempotencyTests(service);
