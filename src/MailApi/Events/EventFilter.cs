using MailApi.Core.Data;
using MailApi.Core.Domain;
using MailApi.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace MailApi.Events;

/// <summary>Which events a list is asked for.</summary>
internal sealed record EventFilter(string? Type, Id<Message>? Message, string? RecipientKey, DateTimeOffset? Since)
{
    /// <summary>
    /// The events of a recipient with more messages are met on a walk over those of the project; of one with fewer they
    /// are read and sorted.
    /// </summary>
    private const int ManyMessages = 5_000;

    /// <summary>Apart may be the clocks of nodes, and an event's time and the beginning of its transaction.</summary>
    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(1);

    public static bool TryRead(HttpRequest request, out EventFilter filter, out ProblemHttpResult? problem)
    {
        var query = new QueryReader(request);
        filter = new EventFilter(
            query.OneOf("type", EventTypes.All), query.Id<Message>("message_id"), query.Address("recipient")?.Key,
            query.Time("since"));
        problem = query.Problem;
        return problem is null;
    }

    public async Task<IQueryable<Event>> ApplyAsync(MailDb db, Id<Project> project, CancellationToken cancellationToken)
    {
        var events = await ChooseAsync(db, project, cancellationToken);
        events = Type is { } type ? events.Where(e => e.Type == type) : events;
        return Since is { } since ? await FromAsync(db, events, since, cancellationToken) : events;
    }

    /// <summary>The narrowest way to all that can match. It names the project only where an index begins with it.</summary>
    private async Task<IQueryable<Event>> ChooseAsync(MailDb db, Id<Project> project, CancellationToken cancellationToken)
    {
        if (Message is { } message)
        {
            var isOurs = await db.HasMessageAsync(project, message, cancellationToken);
            var events = db.Events.Where(e => isOurs && e.MessageId == message);
            return RecipientKey is { } one ? events.Where(e => e.RecipientKey == one) : events;
        }

        if (RecipientKey is not { } key)
        {
            return OfProject(db, project);
        }

        var recipients = db.Recipients.Where(r => r.ProjectId == project && r.EmailKey == key);
        if (await recipients.Take(ManyMessages + 1).CountAsync(cancellationToken) > ManyMessages)
        {
            return OfProject(db, project).Where(e => e.RecipientKey == key);
        }

        var ofMessages =
            from r in recipients
            join e in db.Events on r.MessageId equals e.MessageId
            where e.RecipientKey == key
            select e;
        return ofMessages.Concat(
            db.Events.Where(e => e.ProjectId == project && e.RecipientKey == key && e.MessageId == null));
    }

    /// <summary>Of a type that is not in every message's life there is an index, which SQLite takes when it is told its condition.</summary>
    private IQueryable<Event> OfProject(MailDb db, Id<Project> project)
    {
        var events = db.Events.Where(e => e.ProjectId == project);
        return Type is null or EventTypes.MessageAccepted or EventTypes.MessageDelivered
            ? events
            : events.Where(e => e.Type != EventTypes.MessageAccepted && e.Type != EventTypes.MessageDelivered);
    }

    /// <summary>
    /// Ids follow time, and lists on SQLite follow ids. On PostgreSQL they follow transactions: none that began later has a
    /// smaller number than the one that recorded an event of a minute before.
    /// </summary>
    private static async Task<IQueryable<Event>> FromAsync(
        MailDb db, IQueryable<Event> events, DateTimeOffset since, CancellationToken cancellationToken)
    {
        var first = Id<Event>.LeastAt(since);
        events = events.Where(e => e.Id >= first && e.Timestamp >= since);
        if (db.Provider == DatabaseProvider.Sqlite)
        {
            return events;
        }

        var before = Id<Event>.LeastAt(since - ClockSkew);
        var transaction = await db.Events.Where(e => e.Id < before).OrderByDescending(e => e.Id)
            .Select(e => (long?)e.TransactionId).FirstOrDefaultAsync(cancellationToken);
        return transaction is { } least ? events.Where(e => e.TransactionId >= least) : events;
    }
}
