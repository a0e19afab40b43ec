using System.Diagnostics;
using Hangfire.Server;
using MailApi.Core.Telemetry;

namespace MailApi.Hosting.Jobs;

/// <summary>Measures every job that comes to an end while the node runs.</summary>
internal sealed class MeasuredJobs : IServerFilter
{
    private const string Started = "started";
    private const string Span = "span";

    public void OnPerforming(PerformingContext context)
    {
        if (!NodeQueue.Is(context.BackgroundJob.Job.Queue))
        {
            context.Items[Span] = MailTraces.StartRoot($"job {NameOf(context)}");
            context.Items[Started] = Stopwatch.GetTimestamp();
        }
    }

    public void OnPerformed(PerformedContext context)
    {
        if (!context.Items.TryGetValue(Started, out var started))
        {
            return;
        }

        MailMeter.JobRan(NameOf(context), context.Exception is null, Stopwatch.GetElapsedTime((long)started));
        using var span = context.Items[Span] as Activity;
        if (context.Exception is { } exception)
        {
            span.Fail((exception.InnerException ?? exception).GetType().Name);
        }
    }

    private static string NameOf(PerformContext context) => context.BackgroundJob.Job.Type.Name;
}
