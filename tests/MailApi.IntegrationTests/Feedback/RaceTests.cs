using System.Text.Json.Nodes;
using MailApi.IntegrationTests.Running;
using MailApi.IntegrationTests.Smtp;

namespace MailApi.IntegrationTests.Feedback;

/// <summary>Reports that meet an attempt under way, or each other on two nodes.</summary>
public sealed class RaceTests
{
    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task A_report_is_faster_than_the_outcome_of_the_attempt(string provider)
    {
        Assert.SkipUnless(TestDatabase.IsAvailable(provider), TestDatabase.NoServer);

        // The relay passes the message on, and takes its time to say so.
        var answer = new TaskCompletionSource();
        var asked = new TaskCompletionSource();
        await using var relay = await ScriptedSmtpServer.StartAsync(new SmtpScript
        {
            Rcpt = x => x.Address.StartsWith("later", StringComparison.Ordinal) ? Reply.Lines("450 4.2.0 come back") : x.Default,
            Dot = x =>
            {
                asked.TrySetResult();
                answer.Task.Wait(TimeSpan.FromSeconds(20));
                return x.Default;
            },
        });
        await using var service = await StartAsync(provider, relay);
        using var api = new ApiClient(service.CreateClient());
        var message = ApiClient.Message();
        message["to"] = new JsonArray("ann@example.net", "later@example.net");
        var id = await api.AcceptAsync(message);
        await asked.Task.WaitAsync(TimeSpan.FromSeconds(20));
        var messageId = (await api.GetAsync($"/v1/messages/{id}")).Body!["message_id"]!.GetValue<string>().Trim('<', '>');

        foreach (var recipient in (string[])["ann@example.net", "later@example.net"])
        {
            Assert.Single((await LoopService.PushAsync(api, Reports.Status("x@acme.example", messageId, recipient)))["recorded"]!.AsArray());
        }

        answer.SetResult();
        var ended = await api.WaitForEndAsync(id);
        Assert.Equal(("bounced", "bounced"), (
            ApiClient.StatusOf(ended, "ann@example.net"), ApiClient.StatusOf(ended, "later@example.net")));
        Assert.Equal(1, relay.Journal.CountOf("DATA"));
        var sequence = (await api.WaitForEventsOfAsync(id, 5)).Select(e => e["sequence"]!.GetValue<int>()).ToList();
        Assert.Equal(Enumerable.Range(1, sequence.Count), sequence);
    }

    [Fact]
    public async Task Two_nodes_hear_the_same_and_record_it_once()
    {
        Assert.SkipUnless(TestDatabase.IsAvailable("postgres"), TestDatabase.NoServer);
        await using var relay = await ScriptedSmtpServer.StartAsync();
        await using var first = await StartAsync("postgres", relay);
        var second = await first.StartNodeAsync();
        using var one = new ApiClient(first.CreateClient());
        using var two = new ApiClient(second.CreateClient());
        var id = await one.AcceptAsync(ApiClient.Message());
        await one.WaitForEndAsync(id);

        // What one node has sealed the other one knows: they share the key that the first start has made.
        var messageId = (await relay.WaitForMessageAsync()).Mime.MessageId!;
        var report = Reports.Status("x@acme.example", messageId, "ann@example.net");
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => LoopService.PushAsync(i % 2 == 0 ? one : two, report)));

        Assert.All(answers, a => Assert.Single(a["matched"]!.AsArray()));
        Assert.Single(answers, a => a["recorded"]!.AsArray().Count == 1);
        Assert.Equal(
            ["message.accepted", "message.delivered", "message.bounced"],
            (await one.WaitForEventsOfAsync(id, 3)).Select(e => e["type"]!.GetValue<string>()));
        await second.TerminateAsync();
    }

    private static Task<ServiceProcess> StartAsync(string provider, ScriptedSmtpServer relay) =>
        ServiceProcess.StartAsync(provider, new Dictionary<string, string>
        {
            ["Relays__main__Host"] = relay.Host,
            ["Relays__main__Port"] = $"{relay.Port}",
            ["Relays__main__Security"] = "none",
            ["Delivery__RetrySchedule__0"] = "00:00:00.3",
        });
}
