using MailApi.Core.Data.Events;
using MailApi.Core.Data.Writing;
using MailApi.Core.Domain;
using MailApi.Core.Notifications.Sending;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MailApi.Core.Notifications;

/// <summary>
/// Counts how endpoints do, in memory, and writes it down about once a second: a row that every request changed would
/// make nodes wait for each other. Disables those that have done nothing but fail for days.
/// </summary>
public sealed partial class EndpointHealth(
    Writer writer, EventLog events, IOptions<WebhookOptions> options, TimeProvider time, ILogger<EndpointHealth> logger)
{
    private const string Gone = "gone";
    private const string Failing = "failing";

    private readonly Lock _gate = new();
    private Dictionary<Id<Webhook>, Tally> _tallies = [];

    internal void Note(Endpoint endpoint, WebhookAttempt attempt)
    {
        lock (_gate)
        {
            if (!_tallies.TryGetValue(endpoint.Id, out var tally))
            {
                tally = _tallies[endpoint.Id] = new Tally(endpoint.ProjectId);
            }

            tally.Add(attempt);
        }
    }

    /// <summary>Writes down what has been counted since the last time.</summary>
    internal async Task WriteAsync(CancellationToken cancellationToken)
    {
        var tallies = Take();
        if (tallies.Count == 0)
        {
            return;
        }

        List<(Id<Webhook> Id, Ticket Ticket)> failing = [];
        await writer.TransactAsync(
            session =>
            {
                // In the order of their ids, as other nodes do: nobody waits for somebody who waits for them.
                foreach (var (id, tally) in tallies.OrderBy(t => t.Key))
                {
                    tally.Write(session, id);
                    if (tally.Failed > 0)
                    {
                        failing.Add((id, session.Add(
                            Statements.FindFailing, id.Value, time.GetUtcNow() - options.Value.DisableAfter)));
                    }
                }

                return Task.CompletedTask;
            },
            cancellationToken);
        foreach (var (id, _) in failing.Where(f => f.Ticket.Rows.Count > 0))
        {
            await DisableAsync(id, tallies[id].ProjectId, Failing, cancellationToken);
        }
    }

    /// <summary>The endpoint said 410: it wants to hear no more.</summary>
    internal Task DisableAsync(Endpoint endpoint, CancellationToken cancellationToken) =>
        DisableAsync(endpoint.Id, endpoint.ProjectId, Gone, cancellationToken);

    private async Task DisableAsync(Id<Webhook> id, Id<Project> project, string reason, CancellationToken cancellationToken)
    {
        var disabled = false;
        await writer.TransactAsync(
            async session =>
            {
                await events.FlushAsync(session, cancellationToken);
                var ticket = session.Add(Statements.Disable, id.Value, reason, time.GetUtcNow());
                await session.FlushAsync(cancellationToken);
                disabled = ticket.Affected > 0;
                if (disabled)
                {
                    session.Add(Statements.CountChange);
                    events.Record(session, new NewEvent(project, EventTypes.WebhookDisabled, time.GetUtcNow())
                    {
                        Details = new EventDetails { WebhookId = id.ToString(), Reason = reason },
                    });
                }
            },
            cancellationToken);
        if (disabled)
        {
            Log.Disabled(logger, id, reason);
        }
    }

    private Dictionary<Id<Webhook>, Tally> Take()
    {
        lock (_gate)
        {
            var tallies = _tallies;
            _tallies = [];
            return tallies;
        }
    }

    private sealed class Tally(Id<Project> project)
    {
        private int _succeeded;
        private DateTimeOffset? _lastSuccess;
        private DateTimeOffset? _lastFailure;
        private DateTimeOffset? _failingSince;
        private string? _lastError;

        public Id<Project> ProjectId { get; } = project;

        public int Failed { get; private set; }

        public void Add(WebhookAttempt attempt)
        {
            if (attempt.Error is null)
            {
                _succeeded++;
                (_lastSuccess, _failingSince) = (attempt.At, null);
            }
            else
            {
                Failed++;
                (_lastFailure, _lastError) = (attempt.At, attempt.Error);
                _failingSince ??= attempt.At;
            }
        }

        public void Write(WriteSession session, Id<Webhook> id) => session.Add(
            Statements.AddHealth, id.Value, _succeeded, Failed, _lastSuccess, _lastFailure, _lastError, _failingSince,
            _succeeded > 0);
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Endpoint {WebhookId} was disabled: {Reason}")]
        public static partial void Disabled(ILogger logger, Id<Webhook> webhookId, string reason);
    }
}
