using MailApi.Core.Data;
using MailApi.Core.Data.Events;
using MailApi.Core.Data.Writing;
using MailApi.Core.Delivery;
using MailApi.Core.Domain;
using MailApi.Core.Notifications.Sending;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace MailApi.Core.Notifications;

/// <summary>Takes what is due to be told for this node, endpoint by endpoint: fresh from memory, the rest from the table.</summary>
public sealed class NotificationLeases(
    Writer writer,
    GroupCommit commits,
    IDbContextFactory<MailDb> databases,
    Listeners listeners,
    FreshEvents fresh,
    EventWording wording,
    NodeIdentity node,
    IOptions<WebhookOptions> options,
    TimeProvider time)
{
    /// <summary>What has been leased longer and not been begun goes back to the table.</summary>
    internal static readonly TimeSpan BeginWithin = TimeSpan.FromMinutes(2);

    /// <summary>Longer than any request takes: what is leased longer was leased by a commit that nobody heard of.</summary>
    private readonly TimeSpan _stale = BeginWithin + options.Value.Timeout + TimeSpan.FromMinutes(2);

    /// <summary>The enabled endpoints with something due.</summary>
    internal async Task<IReadOnlyList<Id<Webhook>>> FindDueAsync(CancellationToken cancellationToken)
    {
        Ticket? due = null;
        await writer.TransactAsync(
            session =>
            {
                session.Add(Statements.FreeStale, node.Id, time.GetUtcNow() - _stale);
                due = session.Add(Statements.FindDue, time.GetUtcNow());
                return Task.CompletedTask;
            },
            cancellationToken);
        return [.. due!.Rows.Select(id => new Id<Webhook>((Guid)id))];
    }

    /// <summary>The next event that was handed over in memory.</summary>
    internal LeasedNotification? TakeFresh(Id<Webhook> endpoint)
    {
        if (!fresh.TryTake(endpoint, out var told))
        {
            return null;
        }

        var news = told.News;
        var body = wording(
            told.Event, news.Details ?? new EventDetails(), news.MessageId is null ? null : news.Tags, news.Metadata);
        var current = listeners.Find(news.ProjectId, endpoint);
        return new LeasedNotification(current is null ? null : Endpoint.Of(current, time.GetUtcNow()), told.Row, body);
    }

    /// <summary>Leases what is due in the table for one endpoint; none when the endpoint is not to be told.</summary>
    internal async Task<IReadOnlyList<LeasedNotification>> LeaseAsync(
        Id<Webhook> endpoint, int limit, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        if (await db.Webhooks.AsNoTracking().SingleOrDefaultAsync(w => w.Id == endpoint && w.Enabled, cancellationToken)
            is not { } webhook)
        {
            return [];
        }

        var lease = new Lease(endpoint, limit, node, time);
        await commits.SubmitAsync(lease, cancellationToken);
        var ids = await lease.Done;
        return ids.Count == 0 ? [] : await ReadAsync(db, Endpoint.Of(webhook, time.GetUtcNow()), ids, cancellationToken);
    }

    /// <summary>Takes no more in memory for an endpoint; what waited there goes back to the table.</summary>
    internal Task CloseAsync(Id<Webhook> endpoint)
    {
        fresh.Close(endpoint);
        List<LeasedNotification> left = [];
        while (TakeFresh(endpoint) is { } item)
        {
            left.Add(item);
        }

        return GiveBackAsync(left, CancellationToken.None);
    }

    /// <summary>Returns deliveries to the table as if they had not been leased.</summary>
    internal Task GiveBackAsync(IReadOnlyList<LeasedNotification> items, CancellationToken cancellationToken) =>
        items.Count == 0 ? Task.CompletedTask : writer.TransactAsync(
            session =>
            {
                foreach (var item in items)
                {
                    session.Add(Statements.GiveBack, item.Row.Id.Value, node.Id, item.Row.Attempt);
                }

                return Task.CompletedTask;
            },
            cancellationToken);

    private async Task<IReadOnlyList<LeasedNotification>> ReadAsync(
        MailDb db, Endpoint endpoint, IReadOnlyList<Id<WebhookDelivery>> ids, CancellationToken cancellationToken)
    {
        var rows = await db.WebhookDeliveries.AsNoTracking().Where(d => ids.Contains(d.Id))
            .OrderBy(d => d.DueAt).ThenBy(d => d.Id).ToListAsync(cancellationToken);
        var eventIds = rows.ConvertAll(r => r.EventId);
        var events = await (
            from e in db.Events.AsNoTracking()
            where eventIds.Contains(e.Id)
            join m in db.Messages.AsNoTracking() on e.MessageId equals m.Id into messages
            from message in messages.DefaultIfEmpty()
            select new { Event = e, Message = message }).ToDictionaryAsync(r => r.Event.Id, cancellationToken);
        return rows.ConvertAll(r => new LeasedNotification(
            endpoint, r, events.TryGetValue(r.EventId, out var found) ? Word(found.Event, found.Message) : null));
    }

    private byte[] Word(Event e, Message? message)
    {
        var details = e.Details is { } json ? EventDetails.FromJson(json) : new EventDetails();
        return wording(e, details, message?.Tags, message?.Metadata);
    }

    /// <summary>Goes with whatever else is being committed.</summary>
    private sealed class Lease(Id<Webhook> endpoint, int limit, NodeIdentity node, TimeProvider time) : IGroupWrite
    {
        private readonly TaskCompletionSource<IReadOnlyList<Id<WebhookDelivery>>> _done =
            new(TaskCreationOptions.RunContinuationsAsynchronously);

        private Ticket? _leased;

        public Task<IReadOnlyList<Id<WebhookDelivery>>> Done => _done.Task;

        public void Claim(IStatements statements)
        {
        }

        public void Write(IStatements statements) =>
            _leased = statements.Add(Statements.Lease, node.Id, time.GetUtcNow(), endpoint.Value, limit);

        public void Committed() => _done.TrySetResult([.. _leased!.Rows.Select(id => new Id<WebhookDelivery>((Guid)id))]);

        public bool Failed(Exception exception)
        {
            _done.TrySetException(exception);
            return false;
        }
    }
}
