using MailApi.Benchmarks.LoadTool.Http;
using MailApi.Benchmarks.LoadTool.Peers;
using MailApi.Benchmarks.LoadTool.Reporting;

namespace MailApi.Benchmarks.LoadTool.Runs;

/// <summary>Messages per second of the limit, of Postfix and of the service, against the same sink.</summary>
public static class SpeedRun
{
    private const int DefaultMessages = 40_000;

    public static async Task<int> ExecuteAsync(Options options, CancellationToken cancellationToken)
    {
        var messages = options.Messages ?? DefaultMessages;
        var assembly = options.Providers.Count > 0 ? ServiceBuild.Find(options) : "";
        using var workspace = new Workspace(options.Keep);
        await MachineFacts.PrintAsync(workspace, cancellationToken);

        await using var sink = new SinkProcess(workspace);
        await sink.StartAsync(cancellationToken);
        await using var databases = new ServiceDatabases(workspace);
        var run = new SpeedRows(workspace, sink, messages, options);

        var limit = await run.LimitAsync(cancellationToken);
        var postfix = await run.PostfixAsync(cancellationToken);
        var table = new SpeedTable(limit, postfix);
        foreach (var provider in options.Providers)
        {
            var name = provider.ToString();
            var database = await databases.CreateAsync(provider, $"relay{name}".ToLowerInvariant(), cancellationToken);
            table.Add($"MailApi on {name}", await run.ServiceAsync(assembly, database, Load.Plain(options.Size), cancellationToken));
            database = await databases.CreateAsync(provider, $"accept{name}".ToLowerInvariant(), cancellationToken);
            table.Add($"MailApi on {name}, accept alone", await run.AcceptAsync(assembly, database, cancellationToken));
        }

        Console.WriteLine($"{messages} messages of {options.Size} bytes, {options.Connections} connections");
        Console.WriteLine();
        table.Print();
        return 0;
    }
}
