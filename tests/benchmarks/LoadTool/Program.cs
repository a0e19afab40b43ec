using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using MailApi.Benchmarks.LoadTool;
using MailApi.Benchmarks.LoadTool.Accuracy;
using MailApi.Benchmarks.LoadTool.Runs;
using MailApi.Benchmarks.LoadTool.Runs.Backlog;
using MailApi.Benchmarks.LoadTool.Runs.Fairness;
using MailApi.Benchmarks.LoadTool.Runs.Latency;
using MailApi.Benchmarks.LoadTool.Runs.Memory;
using MailApi.Benchmarks.LoadTool.Runs.Speed;

[assembly: SupportedOSPlatform("linux")]

using var stop = new CancellationTokenSource();

// A cancelled run unwinds through its `await using` blocks, and those stop what it started.
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Unwind);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Unwind);

try
{
    var options = Options.Parse(args);
    return options.Command switch
    {
        "speed" => await SpeedRun.ExecuteAsync(options, stop.Token),
        "templates" => await TemplateRun.ExecuteAsync(options, stop.Token),
        "backlog" => await BacklogRun.ExecuteAsync(options, stop.Token),
        "memory" => await MemoryRun.ExecuteAsync(options, stop.Token),
        "fairness" => await FairnessRun.ExecuteAsync(options, stop.Token),
        "latency" => await LatencyRun.ExecuteAsync(options, stop.Token),
        "webhooks" => await WebhookRun.ExecuteAsync(options, stop.Token),
        "webhook-crash" => await WebhookCrashRun.ExecuteAsync(options, stop.Token),
        "bounces" => BouncesRun.Execute(options),
        "crash" => await CrashRun.ExecuteAsync(options, stop.Token),
        _ => throw new UsageException($"unknown command '{options.Command}'"),
    };
}
catch (UsageException error)
{
    await Console.Error.WriteLineAsync($"{error.Message}\n\n{Usage.Text}");
    return 2;
}
catch (RunFailedException error)
{
    await Console.Error.WriteLineAsync(error.Message);
    return 1;
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    return 130;
}

void Unwind(PosixSignalContext context)
{
    context.Cancel = true;
    stop.Cancel();
}
