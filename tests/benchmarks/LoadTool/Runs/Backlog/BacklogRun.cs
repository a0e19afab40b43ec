using MailApi.Benchmarks.LoadTool.Filling;
using MailApi.Benchmarks.LoadTool.Http;
using MailApi.Benchmarks.LoadTool.Peers;
using MailApi.Benchmarks.LoadTool.Reporting;
using MailApi.Benchmarks.LoadTool.Runs.Speed;

namespace MailApi.Benchmarks.LoadTool.Runs.Backlog;

/// <summary>
/// What a past costs, and what mail for later: throughput on an empty database, on one with millions of delivered messages
/// and on one with many that wait, in turn; then how long it takes to look things up in the past.
/// </summary>
public sealed class BacklogRun(Options options, Workspace workspace, ServiceDatabases databases, SpeedRows rows)
{
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(75);

    private readonly string _assembly = ServiceBuild.Find(options);
    private readonly Goals _goals = new();

    public static async Task<int> ExecuteAsync(Options options, CancellationToken cancellationToken)
    {
        const int defaultMessages = 20_000;
        using var workspace = new Workspace(options.Keep);
        await MachineFacts.PrintAsync(workspace, cancellationToken);
        FillDatabase.CheckDisk(
            workspace, options.Providers.Select(provider => (provider, new History(options.Past, options.Later))));
        await using var sink = new SinkProcess(workspace);
        await sink.StartAsync(cancellationToken);
        await using var databases = new ServiceDatabases(workspace);
        var messages = options.Messages ?? defaultMessages;
        var run = new BacklogRun(options, workspace, databases, new SpeedRows(workspace, sink, messages, options));
        Console.WriteLine(
            $"{messages} messages of {options.Size} bytes, {options.Connections} connections, the middle of {options.Rounds} rounds");
        foreach (var provider in options.Providers)
        {
            Console.WriteLine();
            await run.MeasureAsync(provider, sink, cancellationToken);
        }

        run._goals.Print();
        return 0;
    }

    private async Task MeasureAsync(Provider provider, SinkProcess sink, CancellationToken cancellationToken)
    {
        var past = await NewAsync(provider, "past", cancellationToken);
        var known = await FillAsync(past, new History(options.Past, 0), cancellationToken);
        var later = await NewAsync(provider, "later", cancellationToken);
        await FillAsync(later, new History(0, options.Later), cancellationToken);

        var half = await MeasureSpeedAsync(provider, past, later, cancellationToken) / 2;
        var table = new LookupTable(provider, options.Past);
        await using var service = new MailApiProcess(workspace, _assembly, past, sink.Port);
        service.Start();
        await service.WaitUntilReadyAsync(cancellationToken);
        using var lookups = new Lookups(service, known);

        // What was sent last is counted once a minute; an idle service has counted it.
        Progress.Say($"{provider}: a minute of rest before the look-ups");
        await Task.Delay(Rest, cancellationToken);
        foreach (var lookup in lookups.All)
        {
            Progress.Say($"{provider}, idle: {lookup.Name}");
            table.AddIdle(lookup.Name, await lookups.MeasureAsync(lookup, cancellationToken));
        }

        foreach (var lookup in lookups.All)
        {
            Progress.Say($"{provider}, half load: {lookup.Name}");
            table.AddLoaded(lookup.Name, await UnderLoadAsync(lookup));
        }

        Console.WriteLine();
        table.Print();
        table.AddTo(_goals);

        async Task<LookupTimes> UnderLoadAsync(Lookup lookup)
        {
            using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var driver = new HttpDriver(service, Load.Plain(options.Size), options.Connections);
            var sending = driver.SendAtRateAsync(half, end.Token, cancellationToken);
            var times = await lookups.MeasureAsync(lookup, cancellationToken);
            await end.CancelAsync();
            await sending;
            return times;
        }
    }

    /// <returns>Messages a second on the database with a past.</returns>
    private async Task<double> MeasureSpeedAsync(
        Provider provider, ServiceDatabase past, ServiceDatabase later, CancellationToken cancellationToken)
    {
        var empty = new Contestant($"{provider}, empty", async (round, stop) => await SpeedOfAsync(
            await databases.CreateAsync(provider, $"empty{provider}{round}".ToLowerInvariant(), stop), stop));
        var full = new Contestant($"{provider}, {options.Past:N0} delivered", (_, stop) => SpeedOfAsync(past, stop));
        var waiting = new Contestant($"{provider}, {options.Later:N0} for later", (_, stop) => SpeedOfAsync(later, stop));
        for (var round = 1; round <= options.Rounds; round++)
        {
            foreach (var contestant in (Contestant[])[empty, full, waiting])
            {
                Progress.Say($"round {round} of {options.Rounds}: {contestant.Name}");
                await contestant.MeasureAsync(round, cancellationToken);
            }
        }

        var table = new BacklogTable(empty);
        table.Add(full);
        table.Add(waiting);
        table.Print();
        _goals.AtLeast($"{provider}, {options.Past:N0} delivered, of empty", 0.9, full.EndToEnd / empty.EndToEnd);

        // "Nothing" is what three rounds can tell apart from noise.
        _goals.AtLeast($"{provider}, {options.Later:N0} for later, of empty", 0.97, waiting.EndToEnd / empty.EndToEnd);
        return full.EndToEnd!.Value;

        Task<Rates> SpeedOfAsync(ServiceDatabase database, CancellationToken stop) =>
            rows.ServiceAsync(_assembly, database, Load.Plain(options.Size), stop);
    }

    /// <summary>The service itself makes the schema, the project and its key.</summary>
    private async Task<ServiceDatabase> NewAsync(Provider provider, string name, CancellationToken cancellationToken)
    {
        var database = await databases.CreateAsync(provider, $"{name}{provider}".ToLowerInvariant(), cancellationToken);
        await using var service = new MailApiProcess(workspace, _assembly, database, FreePort.Next());
        service.Start();
        await service.WaitUntilReadyAsync(cancellationToken);
        await service.TerminateAsync();
        return database;
    }

    private static Task<IReadOnlyList<PastMessage>> FillAsync(
        ServiceDatabase database, History history, CancellationToken cancellationToken) =>
        FillDatabase.RunAsync(database, history, cancellationToken);
}
