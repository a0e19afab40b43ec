using System.Diagnostics;
using System.Diagnostics.Metrics;
using MailApi.Core.Domain;

namespace MailApi.Core.Telemetry;

/// <summary>
/// Everything the service counts about itself. Labels are lanes, relays by their configured name, classes and outcomes:
/// few, and nothing of a tenant's. An instrument nobody listens to costs a comparison.
/// </summary>
public static class MailMeter
{
    /// <summary>Under this name the instruments are listened to.</summary>
    public const string Name = "MailApi";

    private static readonly KeyValuePair<string, object?>[] Lanes =
        [.. Enum.GetValues<Priority>().Select(p => new KeyValuePair<string, object?>("lane", Names.Of(p)))];

    private static readonly InstrumentAdvice<double> Short = new()
    {
        HistogramBucketBoundaries =
            [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 600],
    };

    private static readonly InstrumentAdvice<int> Sizes = new()
    {
        HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256],
    };

    private static readonly Counter<long> Messages = Meter.CreateCounter<long>(
        "mailapi.messages.accepted", "{message}", "Messages that are durable.");

    private static readonly Counter<long> Recipients = Meter.CreateCounter<long>(
        "mailapi.recipients.accepted", "{recipient}", "Recipients of accepted messages.");

    private static readonly Counter<long> Refused = Meter.CreateCounter<long>(
        "mailapi.requests.refused", "{request}", "Requests that were answered by a problem.");

    private static readonly Counter<long> Delivered = Meter.CreateCounter<long>(
        "mailapi.recipients.delivered", "{recipient}", "Recipients whose server took the message.");

    private static readonly Counter<long> Deferred = Meter.CreateCounter<long>(
        "mailapi.recipients.deferred", "{recipient}", "Refused for now, or not reached; another attempt is due.");

    private static readonly Counter<long> Bounced = Meter.CreateCounter<long>(
        "mailapi.recipients.bounced", "{recipient}", "Refused for good.");

    private static readonly Counter<long> Failed = Meter.CreateCounter<long>(
        "mailapi.recipients.failed", "{recipient}", "Given up.");

    private static readonly Counter<long> Suppressed = Meter.CreateCounter<long>(
        "mailapi.recipients.suppressed", "{recipient}", "Not written to because of a suppression list.");

    private static readonly Counter<long> Complained = Meter.CreateCounter<long>(
        "mailapi.recipients.complained", "{recipient}", "Complaints.");

    private static readonly Histogram<double> Attempts = Meter.CreateHistogram(
        "mailapi.attempts.duration", "s", "From asking for a session to the reply.", advice: Short);

    private static readonly Histogram<double> CommitDuration = Meter.CreateHistogram(
        "mailapi.commits.duration", "s", "A group commit, from its first statement to durable.", advice: Short);

    private static readonly Histogram<int> CommitSize = Meter.CreateHistogram(
        "mailapi.commits.size", "{write}", "Requests and outcomes in a group commit.", advice: Sizes);

    private static readonly Counter<long> DatabaseErrors = Meter.CreateCounter<long>(
        "mailapi.database.errors", "{error}", "Transactions and statements that failed.");

    private static readonly Histogram<double> WebhookRequests = Meter.CreateHistogram(
        "mailapi.webhooks.duration", "s", "Requests to webhook endpoints.", advice: Short);

    private static readonly Histogram<double> Jobs = Meter.CreateHistogram(
        "mailapi.jobs.duration", "s", "Runs of recurring jobs.", advice: Short);

    private static readonly Counter<long> TemplateLookups = Meter.CreateCounter<long>(
        "mailapi.templates.lookups", "{lookup}", "Template versions asked for.");

    /// <summary>Gauges that need the service's parts add themselves here.</summary>
    public static Meter Meter => Instruments.Meter;

    /// <summary>What may go long without happening is there from the start: its first time is seen as a rise.</summary>
    public static void StartAtZero()
    {
        foreach (var lane in Lanes)
        {
            Messages.Add(0, lane);
            Recipients.Add(0, lane);
        }

        foreach (var source in new[] { "writer", "model" })
        {
            DatabaseErrors.Add(0, new KeyValuePair<string, object?>("source", source));
        }

        Suppressed.Add(0);
        Complained.Add(0);
    }

    public static void MessageAccepted(Priority lane, int recipients)
    {
        Messages.Add(1, Lanes[(int)lane]);
        Recipients.Add(recipients, Lanes[(int)lane]);
    }

    /// <param name="code">Of the problem: one of a documented list.</param>
    public static void RequestRefused(string code) => Refused.Add(1, new KeyValuePair<string, object?>("code", code));

    /// <summary>An event of a message is durable.</summary>
    public static void EventRecorded(string type, EventDetails? details)
    {
        var relay = new KeyValuePair<string, object?>("relay", details?.Relay ?? "none");
        switch (type)
        {
            case EventTypes.MessageDelivered:
                Delivered.Add(1, relay);
                break;
            case EventTypes.MessageDeferred:
                Deferred.Add(1, relay);
                break;
            case EventTypes.MessageBounced:
                var bounceClass = details?.Bounce?.Class ?? "undetermined";
                Bounced.Add(1, new KeyValuePair<string, object?>("class", bounceClass), relay);
                break;
            case EventTypes.MessageFailed:
                Failed.Add(1, relay);
                break;
            case EventTypes.MessageSuppressed:
                Suppressed.Add(1);
                break;
            case EventTypes.MessageComplained:
                Complained.Add(1);
                break;
            default:
                break;
        }
    }

    public static void Attempted(string relay, string outcome, TimeSpan duration) => Attempts.Record(
        duration.TotalSeconds, new KeyValuePair<string, object?>("relay", relay), Outcome(outcome));

    /// <param name="size">Writes in the group.</param>
    /// <param name="started">From <see cref="Stopwatch.GetTimestamp"/>.</param>
    /// <param name="committed">False when it was not confirmed.</param>
    public static void Committed(int size, long started, bool committed)
    {
        CommitDuration.Record(
            Stopwatch.GetElapsedTime(started).TotalSeconds, Outcome(committed ? "committed" : "failed"));
        CommitSize.Record(size);
    }

    /// <param name="source"><c>writer</c> or <c>model</c>.</param>
    public static void DatabaseFailed(string source) =>
        DatabaseErrors.Add(1, new KeyValuePair<string, object?>("source", source));

    /// <param name="statusCode">Null when no answer came.</param>
    /// <param name="duration">Of the request.</param>
    public static void WebhookAnswered(int? statusCode, TimeSpan duration) => WebhookRequests.Record(
        duration.TotalSeconds, Outcome(statusCode switch
        {
            null => "unreachable",
            >= 200 and < 300 => "succeeded",
            _ => "refused",
        }));

    public static void JobRan(string job, bool succeeded, TimeSpan duration) => Jobs.Record(
        duration.TotalSeconds,
        new KeyValuePair<string, object?>("job", job), Outcome(succeeded ? "succeeded" : "failed"));

    public static void TemplateLookedUp(bool cached) =>
        TemplateLookups.Add(1, new KeyValuePair<string, object?>("cache", cached ? "hit" : "miss"));

    private static KeyValuePair<string, object?> Outcome(string outcome) => new("outcome", outcome);

    /// <summary>Made before the instruments above, whose initialisers ask for it.</summary>
    private static class Instruments
    {
        public static readonly Meter Meter = new(Name);
    }
}
