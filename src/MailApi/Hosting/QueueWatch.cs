using System.Data.Common;
using System.Diagnostics.Metrics;
using MailApi.Core.Data;
using MailApi.Core.Delivery.Queueing;
using MailApi.Core.Domain;
using MailApi.Core.Routing;
using MailApi.Core.Telemetry;
using Microsoft.EntityFrameworkCore;

namespace MailApi.Hosting;

/// <summary>
/// Looks at the queues every few seconds, however often the gauges are read, and shows what it saw last. All nodes on one
/// database see the same queue. When the database cannot be asked the gauges of its queues are absent, not old.
/// </summary>
internal sealed partial class QueueWatch(
    IDbContextFactory<MailDb> databases, RelayQueue queue, RelaySet relays, TimeProvider time, ILogger<QueueWatch> logger)
    : BackgroundService
{
    /// <summary>Counting ends here: a backlog of millions must not cost seconds to look at.</summary>
    private const int MostCounted = 100_000;

    private static readonly TimeSpan Period = TimeSpan.FromSeconds(5);

    private volatile Snapshot? _seen;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        MailMeter.StartAtZero();
        AddGauges(MailMeter.Meter);
        using var timer = new PeriodicTimer(Period, time);
        try
        {
            do
            {
                await LookAsync(stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
    }

    private void AddGauges(Meter meter)
    {
        meter.CreateObservableGauge(
            "mailapi.queue.due", () => Lanes(s => s.Due), "{message}",
            "Due and not leased by any node, counted up to 100,000.");
        meter.CreateObservableGauge(
            "mailapi.queue.oldest", () => Lanes(s => s.OldestSeconds), "s", "How long the oldest of them has been due.");
        meter.CreateObservableGauge(
            "mailapi.queue.memory", InMemory, "{message}", "Leased by this node and waiting for a session.");
        meter.CreateObservableGauge(
            "mailapi.webhooks.backlog", Webhooks, "{delivery}", "Events that endpoints have still to be told, counted up to 100,000.");
        meter.CreateObservableGauge(
            "mailapi.smtp.sessions", Sessions, "{session}", "SMTP sessions that stand.");
        meter.CreateObservableGauge(
            "mailapi.relays.ready",
            () => relays.Relays.Select(r => new Measurement<int>(r.Trouble is null ? 1 : 0, Relay(r))), "{relay}",
            "0 while the relay's last connection ended in trouble, or it hangs.");
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var db = await databases.CreateDbContextAsync(cancellationToken);
            List<LaneState> lanes = [];
            foreach (var lane in Enum.GetValues<Priority>())
            {
                lanes.Add(await LookAsync(db, lane, cancellationToken));
            }

            var webhooks = await db.WebhookDeliveries
                .Where(d => d.Status == WebhookDeliveryStatus.Pending && d.LeaseOwner == null)
                .OrderBy(d => d.WebhookId).Take(MostCounted).CountAsync(cancellationToken);
            _seen = new Snapshot(lanes, webhooks);
        }
        catch (Exception exception) when (exception is DbException or IOException or TimeoutException
            or InvalidOperationException)
        {
            _seen = null;
            Log.LookFailed(logger, exception);
        }
    }

    private async Task<LaneState> LookAsync(MailDb db, Priority lane, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var due = db.Deliveries.AsNoTracking().Where(d => d.LeaseOwner == null && d.Priority == lane && d.DueAt <= now);
        var count = await due.OrderBy(d => d.DueAt).Take(MostCounted).CountAsync(cancellationToken);
        var oldest = count == 0 ? now : await due.MinAsync(d => d.DueAt, cancellationToken);
        return new LaneState(Names.Of(lane), count, Math.Max(0, (now - oldest).TotalSeconds));
    }

    private IEnumerable<Measurement<T>> Lanes<T>(Func<LaneState, T> value)
        where T : struct => (_seen?.Lanes ?? []).Select(s => new Measurement<T>(value(s), Tag("lane", s.Lane)));

    private IEnumerable<Measurement<int>> Webhooks() => _seen is { } seen ? [new Measurement<int>(seen.Webhooks)] : [];

    private IEnumerable<Measurement<int>> InMemory() => Enum.GetValues<Priority>()
        .Select(lane => new Measurement<int>(queue.Waiting(lane), Tag("lane", Names.Of(lane))));

    private IEnumerable<Measurement<int>> Sessions()
    {
        foreach (var relay in relays.Relays)
        {
            var (open, inUse) = relay.Sessions;
            yield return new Measurement<int>(inUse, Relay(relay), Tag("state", "in_use"));
            yield return new Measurement<int>(open - inUse, Relay(relay), Tag("state", "idle"));
        }
    }

    private static KeyValuePair<string, object?> Relay(IRoute relay) => Tag("relay", relay.Name);

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);

    private sealed record LaneState(string Lane, int Due, double OldestSeconds);

    private sealed record Snapshot(IReadOnlyList<LaneState> Lanes, int Webhooks);

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "The queues could not be looked at; their gauges are absent until they can")]
        public static partial void LookFailed(ILogger logger, Exception exception);
    }
}
