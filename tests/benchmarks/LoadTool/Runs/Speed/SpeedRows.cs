using System.Diagnostics;
using MailApi.Benchmarks.LoadTool.Http;
using MailApi.Benchmarks.LoadTool.Peers;

namespace MailApi.Benchmarks.LoadTool.Runs.Speed;

/// <summary>Measures each row of the speed table, from the first message sent to the last one at the sink.</summary>
public sealed class SpeedRows(Workspace workspace, SinkProcess sink, int messages, Options options)
{
    // Long enough for processes to be forked and for the hot paths to be compiled, which is where a sixth of the time went
    // after 4,000 messages; the same for everyone.
    private readonly int _warmUp = Math.Clamp(messages / 4, 1, 10_000);

    private readonly SmtpSource _source = new(workspace, options.Size, options.Connections);

    /// <summary>What client and far side can do with nothing between them.</summary>
    public async Task<Rates> LimitAsync(CancellationToken cancellationToken)
    {
        var rates = await MeasureAsync(n => _source.SendAsync(sink.Port, n, cancellationToken), cancellationToken);
        return rates with { Accepted = null };
    }

    public async Task<Rates> PostfixAsync(CancellationToken cancellationToken)
    {
        await using var postfix = new PostfixInstance(workspace, sink.Port);
        await postfix.StartAsync(cancellationToken);
        return await MeasureAsync(n => _source.SendAsync(postfix.Port, n, cancellationToken), cancellationToken);
    }

    public async Task<Rates> FastifyAsync(bool tuned, CancellationToken cancellationToken)
    {
        await using var fastify = new FastifyApplication(workspace, sink.Port, tuned);
        await fastify.StartAsync(cancellationToken);
        return await RelayAsync(fastify, Load.Plain(options.Size), fastify.StopAsync, cancellationToken);
    }

    public async Task<Rates> FastifyAcceptAsync(CancellationToken cancellationToken)
    {
        await using var fastify = new FastifyApplication(workspace, sink.Port, tuned: false);
        await fastify.StartAsync(cancellationToken);
        return await AcceptAsync(fastify, cancellationToken);
    }

    public async Task<Rates> ServiceAsync(
        string assembly, ServiceDatabase database, Load load, CancellationToken cancellationToken)
    {
        await using var service = new MailApiProcess(workspace, assembly, database, sink.Port);
        await StartAsync(service, load, cancellationToken);
        return await RelayAsync(service, load, service.TerminateAsync, cancellationToken);
    }

    public async Task<Rates> AcceptAsync(
        string assembly, ServiceDatabase database, CancellationToken cancellationToken)
    {
        await using var service = new MailApiProcess(workspace, assembly, database, sink.Port);
        await StartAsync(service, Load.Plain(options.Size), cancellationToken);
        return await AcceptAsync(service, cancellationToken);
    }

    private async Task<Rates> RelayAsync(
        IMessageService service, Load load, Func<Task> stop, CancellationToken cancellationToken)
    {
        var driver = new HttpDriver(service, load, options.Connections);
        var before = sink.Received();

        // Every template has been used once before the clock runs: that is when it is compiled.
        await driver.SendAsync(load.Templates, sendAt: null, cancellationToken);
        await sink.WaitForAsync(before + load.Templates, cancellationToken);
        var rates = await MeasureAsync(n => driver.SendAsync(n, sendAt: null, cancellationToken), cancellationToken);

        // A clean stop ends what is in flight; whatever the sink then has too many was sent twice.
        await stop();
        var extra = sink.Received() - before - driver.Posted;
        return extra == 0 ? rates : throw new RunFailedException($"the sink received {extra} messages too many");
    }

    /// <summary>Messages due in an hour: stored like any other, not relayed while the clock runs.</summary>
    private async Task<Rates> AcceptAsync(IMessageService service, CancellationToken cancellationToken)
    {
        var driver = new HttpDriver(service, Load.Plain(options.Size), options.Connections);
        var inAnHour = TimeProvider.System.GetUtcNow().AddHours(1);
        await driver.SendAsync(_warmUp, inAnHour, cancellationToken);
        await FlushDisksAsync(cancellationToken);
        var started = await driver.SendAsync(messages, inAnHour, cancellationToken);
        return new Rates(messages / Stopwatch.GetElapsedTime(started).TotalSeconds, EndToEnd: null);
    }

    private static async Task StartAsync(MailApiProcess service, Load load, CancellationToken cancellationToken)
    {
        service.Start();
        await service.WaitUntilReadyAsync(cancellationToken);
        using var client = new MailApiClient(service.Address, service.ApiKey);
        foreach (var template in load.Stored)
        {
            await client.StoreAsync(template, cancellationToken);
        }
    }

    private async Task<Rates> MeasureAsync(Func<int, Task<long>> send, CancellationToken cancellationToken)
    {
        var before = sink.Received();
        await send(_warmUp);
        await sink.WaitForAsync(before + _warmUp, cancellationToken);
        await FlushDisksAsync(cancellationToken);

        var started = await send(messages);
        var accepted = Stopwatch.GetElapsedTime(started);
        var lastArrival = await sink.WaitForAsync(before + _warmUp + messages, cancellationToken);
        var endToEnd = Stopwatch.GetElapsedTime(started, lastArrival);
        return new Rates(messages / accepted.TotalSeconds, messages / endToEnd.TotalSeconds);
    }

    /// <summary>No row pays for the write-back that another left behind.</summary>
    private Task FlushDisksAsync(CancellationToken cancellationToken) =>
        ChildProcess.RunAsync(["sync"], workspace.PathOf("sync.log"), cancellationToken);
}
