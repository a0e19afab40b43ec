using MailApi.Benchmarks.LoadTool.Http;
using MailApi.Benchmarks.LoadTool.Peers;
using MailApi.Benchmarks.LoadTool.Reporting;

namespace MailApi.Benchmarks.LoadTool.Runs.Speed;

/// <summary>
/// Messages per second of the limit, of Postfix, of a Fastify application and of the service, against the same sink. Every
/// contestant has its turn in every round, so that what the machine does besides hits all of them.
/// </summary>
public sealed class SpeedRun
{
    private const int DefaultMessages = 40_000;

    private readonly Options _options;
    private readonly Contestant _limit;
    private readonly Contestant? _postfix;
    private readonly Contestant? _fastify;
    private readonly Contestant? _fastifyTuned;
    private readonly Contestant? _fastifyAlone;
    private readonly List<(Provider Provider, Contestant Relaying, Contestant Alone)> _services = [];

    private SpeedRun(Options options, SpeedRows rows, ServiceDatabases databases)
    {
        _options = options;
        _limit = new Contestant("limit: smtp-source to smtp-sink", (_, stop) => rows.LimitAsync(stop));
        if (!options.Without.Contains("postfix"))
        {
            _postfix = new Contestant("Postfix", (_, stop) => rows.PostfixAsync(stop));
        }

        if (!options.Without.Contains("fastify"))
        {
            _fastify = new Contestant("Fastify, BullMQ, Nodemailer", (_, stop) => rows.FastifyAsync(tuned: false, stop));
            _fastifyTuned = new Contestant("the same, Nagle switched off", (_, stop) => rows.FastifyAsync(tuned: true, stop));
            _fastifyAlone = new Contestant("Fastify and BullMQ, accept alone", (_, stop) => rows.FastifyAcceptAsync(stop));
        }

        var assembly = options.Providers.Count > 0 ? ServiceBuild.Find(options) : "";
        foreach (var provider in options.Providers)
        {
            _services.Add((
                provider,
                new Contestant($"MailApi on {provider}", async (round, stop) => await rows.ServiceAsync(
                    assembly, await NewAsync("relay", round, stop), Load.Plain(options.Size), stop)),
                new Contestant($"MailApi on {provider}, accept alone", async (round, stop) => await rows.AcceptAsync(
                    assembly, await NewAsync("accept", round, stop), stop))));

            Task<ServiceDatabase> NewAsync(string use, int round, CancellationToken stop) =>
                databases.CreateAsync(provider, $"{use}{provider}{round}".ToLowerInvariant(), stop);
        }
    }

    private IEnumerable<Contestant> Contestants =>
    [
        _limit,
        .. ((Contestant?[])[_postfix, _fastify, _fastifyTuned]).OfType<Contestant>(),
        .. _services.Select(s => s.Relaying),
        .. ((Contestant?[])[_fastifyAlone]).OfType<Contestant>(),
        .. _services.Select(s => s.Alone),
    ];

    public static async Task<int> ExecuteAsync(Options options, CancellationToken cancellationToken)
    {
        var messages = options.Messages ?? DefaultMessages;
        using var workspace = new Workspace(options.Keep);
        await MachineFacts.PrintAsync(workspace, cancellationToken);
        await using var sink = new SinkProcess(workspace);
        await sink.StartAsync(cancellationToken);
        await using var databases = new ServiceDatabases(workspace);
        var run = new SpeedRun(options, new SpeedRows(workspace, sink, messages, options), databases);
        await run.MeasureAsync(cancellationToken);
        run.Print(messages);
        return 0;
    }

    private async Task MeasureAsync(CancellationToken cancellationToken)
    {
        for (var round = 1; round <= _options.Rounds; round++)
        {
            foreach (var contestant in Contestants)
            {
                Progress.Say($"round {round} of {_options.Rounds}: {contestant.Name}");
                await contestant.MeasureAsync(round, cancellationToken);
            }
        }
    }

    private void Print(int messages)
    {
        Console.WriteLine(
            $"{messages} messages of {_options.Size} bytes, {_options.Connections} connections, the middle of {_options.Rounds} rounds");
        Console.WriteLine();
        var table = new SpeedTable(_limit, _postfix, _fastify, _fastifyAlone);
        foreach (var contestant in Contestants)
        {
            table.Add(contestant);
        }

        table.Print();
        PrintGoals();
    }

    private void PrintGoals()
    {
        var goals = new Goals();
        foreach (var (provider, relaying, alone) in _services)
        {
            if (provider == Provider.Sqlite)
            {
                goals.AtLeast("MailApi on Sqlite, of Postfix", 5, relaying.EndToEnd / _postfix?.EndToEnd);
                goals.AtLeast("MailApi on Sqlite, of the Fastify application", 3, relaying.EndToEnd / _fastify?.EndToEnd);
                goals.AtLeast("MailApi on Sqlite, of the same without Nagle", 3, relaying.EndToEnd / _fastifyTuned?.EndToEnd);
                goals.AtLeast("MailApi on Sqlite, of the limit", 0.22, relaying.EndToEnd / _limit.EndToEnd);
            }

            goals.AtLeast($"MailApi on {provider}, accept alone, of Postfix", 6, alone.Accepted / _postfix?.Accepted);
        }

        goals.AtLeast("MailApi on Postgres, of MailApi on Sqlite", 0.8, EndToEnd(Provider.Postgres) / EndToEnd(Provider.Sqlite));
        goals.Print();
    }

    private double? EndToEnd(Provider provider) =>
        _services.Where(s => s.Provider == provider).Select(s => s.Relaying.EndToEnd).FirstOrDefault();
}
