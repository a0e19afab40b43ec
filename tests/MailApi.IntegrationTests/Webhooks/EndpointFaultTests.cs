using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using MailApi.IntegrationTests.Running;

namespace MailApi.IntegrationTests.Webhooks;

/// <summary>What the service makes of endpoints that misbehave, and what the others notice of it.</summary>
public abstract class EndpointFaultTests(CaptureService service)
{
    [Theory]
    [InlineData("connect")]
    [InlineData("headers")]
    public async Task An_endpoint_that_hangs_is_told_again_and_delays_no_other(string where)
    {
        using var api = await service.NewWebhookProjectAsync();
        await using var hanging = await Receiver.StartAsync();
        await using var healthy = await Receiver.StartAsync();
        using var full = new FullListener();
        hanging.Answer = (_, context) => Task.Delay(Timeout.Infinite, context.RequestAborted);
        var endpoint = await api.SubscribeAsync(where == "connect" ? full.Url : hanging.Url, "message.accepted");
        await api.SubscribeAsync(healthy, "message.accepted");

        // One after the other: each of them waits a time-out if the lanes have anything in common.
        var waited = Stopwatch.StartNew();
        for (var i = 1; i <= 20; i++)
        {
            await api.AcceptAsync(ApiClient.Message());
            await healthy.WaitForAsync(i);
        }

        Assert.InRange(waited.Elapsed.TotalSeconds, 0, 20);
        var retried = await ApiClient.WaitAsync(
            async () => (await api.DeliveriesAsync(endpoint))[^1], d => d["attempts"]!.AsArray().Count >= 2);
        Assert.Equal("pending", retried["status"]!.GetValue<string>());
        Assert.All(retried["attempts"]!.AsArray(), a =>
        {
            Assert.Null(a!["status_code"]);
            Assert.Contains(
                where == "connect" ? "timed out" : "did not answer within 2 s", a["error"]!.GetValue<string>(),
                StringComparison.Ordinal);
        });
    }

    [Theory]
    [InlineData(429)]
    [InlineData(503)]
    public async Task An_endpoint_that_asks_for_time_gets_it(int status)
    {
        using var api = await service.NewWebhookProjectAsync();
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = (received, context) =>
        {
            (context.Response.StatusCode, context.Response.Headers.RetryAfter) =
                received == receiver.All[0] ? (status, "2") : (200, default);
            return Task.CompletedTask;
        };
        await api.SubscribeAsync(receiver, "message.accepted");
        await api.AcceptAsync(ApiClient.Message());

        var received = await receiver.WaitForAsync(2);
        Assert.Equal(received[0].Id, received[1].Id);
        Assert.InRange((received[1].At - received[0].At).TotalSeconds, 1.9, 15);
    }

    [Fact]
    public async Task Of_an_endpoint_that_fails_half_the_time_every_event_is_taken()
    {
        using var api = await service.NewWebhookProjectAsync();
        await using var receiver = await Receiver.StartAsync();
        var (requests, taken) = (0, new HashSet<string>());
        receiver.Answer = (received, context) =>
        {
            lock (taken)
            {
                context.Response.StatusCode = requests++ % 2 == 0 ? 500 : 200;
                if (context.Response.StatusCode == 200)
                {
                    taken.Add(received.Id);
                }
            }

            return Task.CompletedTask;
        };
        await api.SubscribeAsync(receiver, "*");
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => api.AcceptAsync(ApiClient.Message("delivered@sandbox.test"))));

        await receiver.WaitForAsync(_ =>
        {
            lock (taken)
            {
                return taken.Count == 40;
            }
        });
        Assert.Equal((await api.EventIdsAsync(40)).Order(), taken.Order());
    }

    [Fact]
    public async Task Ten_thousand_events_that_a_dead_endpoint_has_not_heard_delay_no_other_project()
    {
        using var dead = await service.NewWebhookProjectAsync();
        using var other = await service.NewWebhookProjectAsync();
        await using var silent = await Receiver.StartAsync();
        await using var healthy = await Receiver.StartAsync();
        silent.Answer = (_, context) => Task.Delay(Timeout.Infinite, context.RequestAborted);
        var endpoint = await dead.SubscribeAsync(silent, "*");
        await other.SubscribeAsync(healthy, "*");
        await dead.ScheduleAsync(5_000);

        var waited = Stopwatch.StartNew();
        for (var i = 1; i <= 20; i++)
        {
            await other.PostAsync("/v1/suppressions", new JsonObject { ["email"] = $"a{i}@example.net" });
            await healthy.WaitForAsync(i);
        }

        Assert.InRange(waited.Elapsed.TotalSeconds, 0, 20);
        Assert.InRange((await dead.WebhookAsync(endpoint))["counters"]!["pending"]!.GetValue<int>(), 9_900, 10_000);
        await dead.SendAsync(HttpMethod.Delete, $"/v1/webhooks/{endpoint}");
    }

    [Fact]
    public async Task What_arrives_out_of_order_is_put_in_order_by_its_sequence()
    {
        using var api = await service.NewWebhookProjectAsync();
        await using var receiver = await Receiver.StartAsync();
        var seen = new HashSet<string>();
        receiver.Answer = (received, context) =>
        {
            lock (seen)
            {
                context.Response.StatusCode =
                    received.Type == "message.accepted" && seen.Add(received.Id) ? 500 : 200;
            }

            return Task.CompletedTask;
        };
        var endpoint = await api.SubscribeAsync(receiver, "*");
        var message = ApiClient.Message();
        message["to"] = new JsonArray("a@example.net", "b@example.net", "c@example.net");
        var id = await api.AcceptAsync(message);
        await ApiClient.WaitAsync(
            async () => new JsonArray([.. (await api.DeliveriesAsync(endpoint)).Select(d => d["status"]!.DeepClone())]),
            all => all.AsArray().Count == 4 && all.AsArray().All(s => s!.GetValue<string>() == "succeeded"));

        var ordered = receiver.All.DistinctBy(r => r.Id).OrderBy(r => r.Event["sequence"]!.GetValue<int>()).ToList();
        Assert.Equal([1, 2, 3, 4], ordered.Select(r => r.Event["sequence"]!.GetValue<int>()));
        Assert.Equal((await api.EventsOfAsync(id, 4)).Select(e => e["id"]!.GetValue<string>()), ordered.Select(r => r.Id));
        Assert.Equal("message.accepted", receiver.All[^1].Type);
    }

    [Fact]
    public async Task What_arrives_twice_is_known_by_its_webhook_id()
    {
        using var api = await service.NewWebhookProjectAsync();
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = (received, context) =>
        {
            // It takes the event and dies before it can say so.
            context.Response.StatusCode = receiver.All.Count(r => r.Id == received.Id) == 1 ? 500 : 200;
            return Task.CompletedTask;
        };
        await api.SubscribeAsync(receiver, "*");
        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => api.AcceptAsync(ApiClient.Message())));

        var received = await receiver.WaitForAsync(40);
        Assert.All(received.GroupBy(r => r.Id), g =>
        {
            Assert.Equal(2, g.Count());
            Assert.Single(g.Select(r => r.Body).Distinct());
        });
        Assert.Equal((await api.EventIdsAsync(20)).Order(), received.Select(r => r.Id).Distinct().Order());
    }

    /// <summary>Takes no connection: its queue is full, and the kernel answers no further SYN.</summary>
    private sealed class FullListener : IDisposable
    {
        private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        private readonly List<TcpClient> _waiting = [];

        public FullListener()
        {
            _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            _listener.Listen(0);
            var port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
            Url = $"http://127.0.0.1:{port}/";
            for (var i = 0; i < 8; i++)
            {
                _waiting.Add(new TcpClient());
                _ = _waiting[i].ConnectAsync(IPAddress.Loopback, port);
            }
        }

        public string Url { get; }

        public void Dispose()
        {
            _waiting.ForEach(c => c.Dispose());
            _listener.Dispose();
        }
    }
}

public sealed class SqliteImpatient()
    : CaptureService("sqlite", ("Webhooks__Timeout", "00:00:02"), ("Webhooks__ConnectTimeout", "00:00:01"));

public sealed class PostgresImpatient()
    : CaptureService("postgres", ("Webhooks__Timeout", "00:00:02"), ("Webhooks__ConnectTimeout", "00:00:01"));

public sealed class SqliteEndpointFaultTests(SqliteImpatient service)
    : EndpointFaultTests(service), IClassFixture<SqliteImpatient>;

public sealed class PostgresEndpointFaultTests(PostgresImpatient service)
    : EndpointFaultTests(service), IClassFixture<PostgresImpatient>;
