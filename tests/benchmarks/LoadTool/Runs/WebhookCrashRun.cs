using System.Diagnostics;
using MailApi.Benchmarks.LoadTool.Hooks;
using MailApi.Benchmarks.LoadTool.Http;
using MailApi.Benchmarks.LoadTool.Peers;
using MailApi.Benchmarks.LoadTool.Relay;
using MailApi.Benchmarks.LoadTool.Reporting;

namespace MailApi.Benchmarks.LoadTool.Runs;

/// <summary>
/// Kills the service again and again while an endpoint that refuses every other request is told of every event. Then each
/// event of the API's own list must have been taken, and the sequence of no message may have a gap.
/// </summary>
public static class WebhookCrashRun
{
    private const int DefaultMessages = 2_500;
    private static readonly TimeSpan DrainTimeout = TimeSpan.FromMinutes(3);

    public static async Task<int> ExecuteAsync(Options options, CancellationToken cancellationToken)
    {
        var assembly = ServiceBuild.Find(options);
        using var workspace = new Workspace(options.Keep);
        await MachineFacts.PrintAsync(workspace, cancellationToken);
        await using var databases = new ServiceDatabases(workspace);
        var database = await databases.CreateAsync(options.Providers[0], "hookcrash", cancellationToken);
        await using var relay = new RecordingRelay(slowestAnswer: TimeSpan.Zero);
        relay.Start();
        await using var server = new HookServer(keep: true, () => Random.Shared.Next(2) == 0);
        server.Start();
        await using var service = new MailApiProcess(workspace, assembly, database, relay.Port)
        {
            Extra = new Dictionary<string, string>
            {
                ["Webhooks__AllowedNetworks__0"] = "127.0.0.0/8",
                ["Webhooks__RetrySchedule__0"] = "00:00:00.1",
            },
        };
        service.Start();
        await service.WaitUntilReadyAsync(cancellationToken);
        using var client = new MailApiClient(service.Address, service.ApiKey);
        await client.SubscribeAsync(server.Url, cancellationToken);

        var kills = await PostAndKillAsync(options, service, client, cancellationToken);
        await DrainAsync(client, server, options.Messages ?? DefaultMessages, cancellationToken);
        return Report(await client.ListEventsAsync(cancellationToken), server.Events, kills);
    }

    private static async Task<int> PostAndKillAsync(
        Options options, MailApiProcess service, MailApiClient client, CancellationToken cancellationToken)
    {
        var messages = options.Messages ?? DefaultMessages;
        var next = 0;
        var clients = Task.WhenAll(Enumerable.Range(0, options.Clients).Select(_ => PostAsync()));
        var kills = 0;
        while (!clients.IsCompleted)
        {
            var pause = options.KillEvery * (0.2 + (1.6 * Random.Shared.NextDouble()));
            await Task.WhenAny(clients, Task.Delay(pause, cancellationToken));
            if (!clients.IsCompleted)
            {
                kills++;
                await service.KillAsync();
                service.Start();
                if (kills % 2 == 0)
                {
                    // A slow machine would kill it before it had done anything, for ever.
                    await service.WaitUntilReadyAsync(cancellationToken);
                }
            }
        }

        await clients;

        // Once more while what has gathered is being told.
        await service.KillAsync();
        service.Start();
        await service.WaitUntilReadyAsync(cancellationToken);
        return kills + 1;

        async Task PostAsync()
        {
            for (var i = Interlocked.Increment(ref next); i <= messages; i = Interlocked.Increment(ref next))
            {
                await client.SendUntilAcceptedAsync($"hook-{i}", cancellationToken);
                await Task.Delay(Random.Shared.Next(0, 20), cancellationToken);
            }
        }
    }

    private static async Task DrainAsync(
        MailApiClient client, HookServer server, int messages, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < DrainTimeout
            && (await client.HasUnsentAsync(cancellationToken) || Taken(server.Events).Count < 2 * messages))
        {
            await Task.Delay(250, cancellationToken);
        }
    }

    private static HashSet<string> Taken(IEnumerable<HookEvent> events) => [.. events.Where(e => e.Taken).Select(e => e.Id)];

    private static int Report(IReadOnlyList<string> events, IReadOnlyCollection<HookEvent> told, int kills)
    {
        var taken = Taken(told);
        var lost = events.Count(e => !taken.Contains(e));
        var foreign = taken.Except(events).Count();
        var gaps = told.Where(e => e.MessageId is not null).DistinctBy(e => e.Id).GroupBy(e => e.MessageId)
            .Count(m => !m.Select(e => e.Sequence!.Value).Order().SequenceEqual(Enumerable.Range(1, m.Count())));
        var repeated = told.Count(e => e.Taken) - taken.Count;
        var table = new Table("kills", "events", "requests", "taken", "lost", "unknown", "repeated", "messages with gaps");
        table.Add([.. new[] { kills, events.Count, told.Count, taken.Count, lost, foreign, repeated, gaps }.Select(n => $"{n}")]);
        table.Print();
        return lost == 0 && foreign == 0 && gaps == 0 ? 0 : 1;
    }
}
