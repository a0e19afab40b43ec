using System.Text.Json.Nodes;
using MailApi.IntegrationTests.Running;

namespace MailApi.IntegrationTests.Webhooks;

/// <summary>Nodes that die, stop, and share: what endpoints notice of it.</summary>
public sealed class InterruptedTests
{
    private static readonly Dictionary<string, string> Settings = new()
    {
        ["Delivery__LeaseTime"] = "00:00:03",
        ["Webhooks__AllowedNetworks__0"] = "127.0.0.0/8",
        ["Webhooks__RetrySchedule__0"] = "00:00:00.2",
    };

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task A_request_that_a_kill_cut_off_is_made_again_by_the_same_id(string provider)
    {
        await using var service = await ServiceProcess.StartAsync(provider, Settings);
        using var api = new ApiClient(service.CreateClient());
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = (_, context) => Task.Delay(Timeout.Infinite, context.RequestAborted);
        var endpoint = await api.SubscribeAsync(receiver, "message.accepted");
        await api.AcceptAsync(ApiClient.Message());
        var first = Assert.Single(await receiver.WaitForAsync(1));
        await service.KillAsync();
        receiver.AnswerWith(200);
        await service.StartAgainAsync();

        var again = (await receiver.WaitForAsync(2))[1];
        Assert.Equal((first.Id, first.Body), (again.Id, again.Body));
        await api.WaitForDeliveryAsync(endpoint, d => d["status"]!.GetValue<string>() == "succeeded");
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task A_clean_stop_loses_and_repeats_nothing(string provider)
    {
        await using var service = await ServiceProcess.StartAsync(provider, Settings);
        using var api = new ApiClient(service.CreateClient());
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = (_, _) => Task.Delay(200);
        await api.SubscribeAsync(receiver, "*");
        await api.ScheduleAsync(50);
        await receiver.WaitForAsync(10);
        await service.TerminateAsync();
        Assert.InRange(receiver.All.Count, 10, 99);
        await service.StartAgainAsync();

        await receiver.WaitForAsync(all => all.DistinctBy(r => r.Id).Count() == 100);
        Assert.Equal((await api.EventIdsAsync(100)).Order(), receiver.All.Select(r => r.Id).Order());
    }

    [Fact]
    public async Task Two_nodes_share_the_events_of_an_endpoint_and_each_is_told_once()
    {
        await using var service = await ServiceProcess.StartAsync("postgres", Settings);
        var second = await service.StartNodeAsync();
        try
        {
            using var one = new ApiClient(service.CreateClient());
            using var two = new ApiClient(second.CreateClient());
            await using var receiver = await Receiver.StartAsync();
            receiver.Answer = (_, _) => Task.Delay(20);
            var endpoint = await one.SubscribeAsync(receiver, "*");
            await Task.WhenAll(one.ScheduleAsync(200), two.ScheduleAsync(200));

            await ApiClient.WaitAsync(
                async () => (await two.WebhookAsync(endpoint))["counters"]!,
                c => c["succeeded"]!.GetValue<int>() == 800 && c["pending"]!.GetValue<int>() == 0);
            Assert.Equal((await one.EventIdsAsync(800)).Order(), receiver.All.Select(r => r.Id).Order());
        }
        finally
        {
            await second.KillAsync();
        }
    }

    [Fact]
    public async Task What_a_dead_node_was_telling_is_told_by_the_other()
    {
        await using var service = await ServiceProcess.StartAsync("postgres", Settings);
        var second = await service.StartNodeAsync();
        using var two = new ApiClient(second.CreateClient());
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = (_, context) => Task.Delay(Timeout.Infinite, context.RequestAborted);
        await two.SubscribeAsync(receiver, "message.accepted");
        for (var i = 0; i < 30; i++)
        {
            await two.AcceptAsync(ApiClient.Message());
        }

        await receiver.WaitForAsync(10);
        await second.KillAsync();
        receiver.AnswerWith(200);
        using var one = new ApiClient(service.CreateClient());
        var endpoint = (await one.GetAsync("/v1/webhooks")).Body!["data"]![0]!["id"]!.GetValue<string>();

        await ApiClient.WaitAsync(
            async () => JsonValue.Create(
                (await one.DeliveriesAsync(endpoint)).Count(d => d["status"]!.GetValue<string>() == "succeeded")),
            n => n.GetValue<int>() == 30);
        Assert.Equal(30, receiver.All.DistinctBy(r => r.Id).Count());
    }
}
