using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using MailApi.IntegrationTests.Running;
using MailApi.IntegrationTests.Smtp;

namespace MailApi.IntegrationTests.Nodes;

/// <summary>In normal running each message is delivered once, whichever nodes have a part in it.</summary>
public sealed class DeliveringOnceTests
{
    private const int Batches = 30;
    private const int BatchSize = 100;
    private const int Messages = Batches * BatchSize;

    /// <summary>
    /// A third goes out at once, from the memory of the node that took it. A third becomes due at one moment and a third is
    /// refused for now at first: for these all nodes compete in the table.
    /// </summary>
    [Fact]
    public async Task Three_nodes_deliver_each_of_three_thousand_messages_once()
    {
        var refused = new ConcurrentDictionary<string, bool>();
        await using var relay = await ScriptedSmtpServer.StartAsync(new SmtpScript
        {
            Rcpt = x => x.Address.StartsWith("refused", StringComparison.Ordinal) && refused.TryAdd(x.Address, true)
                ? "451 4.2.0 not now"
                : x.Default,
        });
        var settings = Fleet.SendingTo(relay);
        settings["Delivery__RetrySchedule__0"] = "00:00:03";
        await using var fleet = await Fleet.StartAsync(3, settings);
        var at = DateTimeOffset.UtcNow.AddSeconds(6);

        await Task.WhenAll(Enumerable.Range(0, 3).Select(node => SendAsync(fleet, node, at)));
        await relay.Journal.WaitUntilAsync(j => j.Messages.Count >= Messages, TimeSpan.FromSeconds(60));
        await fleet.WaitUntilDrainedAsync(TimeSpan.FromSeconds(30));

        var received = relay.Journal.Messages;
        Assert.Equal(Messages, received.Select(m => m.Recipients.Single()).Distinct().Count());
        Assert.Equal(Messages, received.Select(m => m.Mime.MessageId).Distinct().Count());
        Assert.Equal(Messages, received.Count);
        Assert.Equal(Messages, await fleet.CountAsync("SELECT count(*) FROM events WHERE type = 'message.delivered'"));
        Assert.Equal(Messages / 3, await fleet.CountAsync("SELECT count(*) FROM events WHERE type = 'message.deferred'"));
        Assert.Equal(Messages * 4 / 3, await fleet.CountAsync("SELECT count(*) FROM attempts"));
        Assert.Equal(0, await fleet.CountAsync("SELECT count(*) FROM attempts WHERE outcome = 'interrupted'"));
        Assert.Equal(Messages, await fleet.SumAsync("mailapi_recipients_delivered_total"));
        for (var node = 0; node < 3; node++)
        {
            Assert.NotEqual(0, await fleet.MetricAsync(node, "mailapi_recipients_delivered_total"));
        }
    }

    private static async Task SendAsync(Fleet fleet, int node, DateTimeOffset at)
    {
        using var api = fleet.Client(node);
        for (var batch = node; batch < Batches; batch += 3)
        {
            var messages = Enumerable.Range(batch * BatchSize, BatchSize).Select(i => (JsonNode)Message(i, at));
            var answer = await api.PostAsync("/v1/messages/batch", new JsonObject { ["messages"] = new JsonArray([.. messages]) });
            Assert.True(answer.Status == 202, $"{answer.Status}: {answer.Body}");
        }
    }

    private static JsonObject Message(int number, DateTimeOffset at)
    {
        var kind = (number % 3) switch { 0 => "now", 1 => "later", _ => "refused" };
        var message = ApiClient.Message($"{kind}{number}@example.net");
        if (kind == "later")
        {
            message["send_at"] = at.ToString("O", CultureInfo.InvariantCulture);
        }

        return message;
    }
}
