using System.Diagnostics;
using MailApi.Benchmarks.LoadTool.Http;
using MailApi.Benchmarks.LoadTool.Peers;
using MailApi.Benchmarks.LoadTool.Reporting;

namespace MailApi.Benchmarks.LoadTool.Runs.Memory;

/// <summary>What memory the service holds while it is given as much as it takes for minutes.</summary>
public sealed class MemoryRun(Options options, Workspace workspace, SinkProcess sink)
{
    private static readonly TimeSpan DefaultDuration = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan SampleInterval = TimeSpan.FromSeconds(5);

    private readonly string _assembly = ServiceBuild.Find(options);
    private readonly TimeSpan _duration = options.Duration ?? DefaultDuration;
    private readonly Goals _goals = new();

    public static async Task<int> ExecuteAsync(Options options, CancellationToken cancellationToken)
    {
        using var workspace = new Workspace(options.Keep);
        await MachineFacts.PrintAsync(workspace, cancellationToken);
        await using var sink = new SinkProcess(workspace);
        await sink.StartAsync(cancellationToken);
        await using var databases = new ServiceDatabases(workspace);
        var run = new MemoryRun(options, workspace, sink);
        foreach (var provider in options.Providers)
        {
            var database = await databases.CreateAsync(provider, $"memory{provider}".ToLowerInvariant(), cancellationToken);
            await run.MeasureAsync(database, cancellationToken);
            Console.WriteLine();
        }

        run._goals.Print();
        return 0;
    }

    private async Task MeasureAsync(ServiceDatabase database, CancellationToken cancellationToken)
    {
        await using var service = new MailApiProcess(workspace, _assembly, database, sink.Port);
        service.Start();
        await service.WaitUntilReadyAsync(cancellationToken);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        end.CancelAfter(_duration);
        var driver = new HttpDriver(service, Load.Plain(options.Size), options.Connections);
        var before = sink.Received();
        var started = Stopwatch.GetTimestamp();
        var sending = driver.SendUntilAsync(end.Token, cancellationToken);
        List<MemorySample> samples = [];
        using var timer = new PeriodicTimer(SampleInterval);
        while (!sending.IsCompleted && await timer.WaitForNextTickAsync(cancellationToken))
        {
            samples.Add(new MemorySample(
                Stopwatch.GetElapsedTime(started), service.WorkingSet, driver.Posted, sink.Received() - before));
        }

        await sending;
        var table = new MemoryTable($"{database.Provider}", samples);
        table.Print();
        table.AddTo(_goals);
    }
}
