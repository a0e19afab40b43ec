using MailApi.Core.Data;
using MailApi.Core.Domain;
using MailApi.Core.Templating;
using MailApi.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace MailApi.Messages;

/// <summary>Which messages a list is asked for.</summary>
internal sealed record MessageFilter(
    MessageStatus? Status, string? RecipientKey, string? From, string? Tag, string? Template, DateTimeOffset? Since,
    DateTimeOffset? Until)
{
    /// <summary>When more are under way, queued ones are met on a walk over the queue; fewer are read and sorted.</summary>
    private const int ManyUnderWay = 1_000;

    /// <summary>A message that waits for its first attempt may have been put off, by at most a minute.</summary>
    private static readonly TimeSpan PutOff = TimeSpan.FromMinutes(2);

    /// <summary>An id may be ahead of its message's time, when the clock has been set back.</summary>
    private static readonly TimeSpan Ahead = TimeSpan.FromSeconds(10);

    private static readonly Priority[] Priorities = Enum.GetValues<Priority>();

    public static bool TryRead(HttpRequest request, out MessageFilter filter, out ProblemHttpResult? problem)
    {
        var query = new QueryReader(request);
        filter = new MessageFilter(
            query.Enum<MessageStatus>("status"), query.Address("recipient")?.Key, query.Address("from")?.ToString(),
            query.Text("tag"), query.Text("template"), query.Time("since"), query.Time("until"));
        problem = query.Problem;
        return problem is null;
    }

    public async Task<IQueryable<FoundMessage>> ApplyAsync(
        MailDb db, Id<Project> project, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var found = WithStatus(await ChooseAsync(db, project, now, cancellationToken), now);
        if (RecipientKey is not null && Tag is { } tag)
        {
            found = found.Where(f => db.MessageTags.Any(t => t.ProjectId == project && t.Tag == tag && t.MessageId == f.Id));
        }

        if (From is { } from)
        {
            found = found.Where(f => f.Message.FromEmail == from);
        }

        if (Template is { } template)
        {
            found = TemplateName.Of(template) is { Id: { } id }
                ? found.Where(f => f.Message.TemplateId == id)
                : found.Where(f => f.Message.TemplateId != null && f.Message.TemplateId == db.Templates
                    .Where(t => t.ProjectId == project && t.Slug == template).Select(t => (Id<Template>?)t.Id).FirstOrDefault());
        }

        return InTime(found);
    }

    /// <summary>
    /// The narrowest way to all that can match, in the order of the list. It names the project only where an index begins
    /// with it.
    /// </summary>
    private async Task<IQueryable<FoundMessage>> ChooseAsync(
        MailDb db, Id<Project> project, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (RecipientKey is { } key)
        {
            return from r in db.Recipients
                   where r.ProjectId == project && r.EmailKey == key
                   join m in db.Messages on r.MessageId equals m.Id
                   select new FoundMessage { Id = r.MessageId, Message = m };
        }

        if (Tag is { } tag)
        {
            return from t in db.MessageTags
                   where t.ProjectId == project && t.Tag == tag
                   join m in db.Messages on t.MessageId equals m.Id
                   select new FoundMessage { Id = t.MessageId, Message = m };
        }

        if (Status is MessageStatus.Queued)
        {
            return await UnderWayAsync(db, project, now, cancellationToken);
        }

        return db.Messages.Where(m => m.ProjectId == project).Select(m => new FoundMessage { Id = m.Id, Message = m });
    }

    /// <summary>
    /// What is due or in the hands of a node, in the queue. It is found without going through what waits for later; when it
    /// is much, it is met soon in the order of the ids.
    /// </summary>
    private static async Task<IQueryable<FoundMessage>> UnderWayAsync(
        MailDb db, Id<Project> project, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var soon = now + PutOff;
        var due = db.Deliveries.Where(
            d => d.LeaseOwner == null && Priorities.Contains(d.Priority) && d.ProjectId == project && d.DueAt <= soon);
        var held = db.Deliveries.Where(d => d.LeaseOwner != null && d.ProjectId == project);
        var ids = await due.Select(d => d.MessageId).Concat(held.Select(d => d.MessageId))
            .Take(ManyUnderWay + 1).ToListAsync(cancellationToken);
        return ids.Count <= ManyUnderWay
            ? db.Messages.Where(m => ids.Contains(m.Id)).Select(m => new FoundMessage { Id = m.Id, Message = m })
            : from d in db.Deliveries
              where d.ProjectId == project
              join m in db.Messages on d.MessageId equals m.Id
              select new FoundMessage { Id = d.MessageId, Message = m };
    }

    private IQueryable<FoundMessage> WithStatus(IQueryable<FoundMessage> found, DateTimeOffset now)
    {
        // A schedule that has come due is shown as queued.
        found = Status switch
        {
            MessageStatus.Scheduled => found.Where(f => f.Message.Status == MessageStatus.Scheduled && f.Message.SendAt > now),
            MessageStatus.Queued => found.Where(f => f.Message.Status == MessageStatus.Queued
                || (f.Message.Status == MessageStatus.Scheduled && f.Message.SendAt <= now)),
            { } status => found.Where(f => f.Message.Status == status),
            null => found,
        };

        // As the index says it: SQLite does not conclude it from the status.
        return Status is MessageStatus.Scheduled or MessageStatus.Sending or MessageStatus.Cancelled
            ? found.Where(f => f.Message.Status != MessageStatus.Queued && f.Message.Status != MessageStatus.Completed)
            : found;
    }

    /// <summary>Ids follow time, so a range of time is a range of ids.</summary>
    private IQueryable<FoundMessage> InTime(IQueryable<FoundMessage> found)
    {
        if (Since is { } since)
        {
            var first = Id<Message>.LeastAt(since);
            found = found.Where(f => f.Id >= first && f.Message.CreatedAt >= since);
        }

        if (Until is { } until)
        {
            var last = Id<Message>.LeastAt(until + Ahead);
            found = found.Where(f => f.Id < last && f.Message.CreatedAt < until);
        }

        return found;
    }
}

/// <summary>A message that matches.</summary>
internal sealed class FoundMessage
{
    /// <summary>Its id, from the table by which the list is walked.</summary>
    public required Id<Message> Id { get; init; }

    public required Message Message { get; init; }
}
