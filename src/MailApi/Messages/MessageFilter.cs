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
    public static bool TryRead(HttpRequest request, out MessageFilter filter, out ProblemHttpResult? problem)
    {
        var query = new QueryReader(request);
        filter = new MessageFilter(
            query.Enum<MessageStatus>("status"), query.Address("recipient")?.Key, query.Address("from")?.ToString(),
            query.Text("tag"), query.Text("template"), query.Time("since"), query.Time("until"));
        problem = query.Problem;
        return problem is null;
    }

    public IQueryable<Message> Apply(MailDb db, Id<Project> project, DateTimeOffset now)
    {
        var messages = WithTag(db).AsNoTracking().Where(m => m.ProjectId == project);
        messages = Status switch
        {
            // A schedule that has come due is shown as queued.
            MessageStatus.Scheduled => messages.Where(m => m.Status == MessageStatus.Scheduled && m.SendAt > now),
            MessageStatus.Queued => messages.Where(m =>
                m.Status == MessageStatus.Queued || (m.Status == MessageStatus.Scheduled && m.SendAt <= now)),
            { } status => messages.Where(m => m.Status == status),
            null => messages,
        };
        if (RecipientKey is { } key)
        {
            messages = messages.Where(m =>
                db.Recipients.Any(r => r.ProjectId == project && r.EmailKey == key && r.MessageId == m.Id));
        }

        if (From is { } from)
        {
            messages = messages.Where(m => m.FromEmail == from);
        }

        if (Template is { } template)
        {
            messages = TemplateName.Of(template) is { Id: { } id }
                ? messages.Where(m => m.TemplateId == id)
                : messages.Where(m => m.TemplateId != null && m.TemplateId == db.Templates
                    .Where(t => t.ProjectId == project && t.Slug == template).Select(t => (Id<Template>?)t.Id).FirstOrDefault());
        }

        if (Since is { } since)
        {
            messages = messages.Where(m => m.CreatedAt >= since);
        }

        return Until is { } until ? messages.Where(m => m.CreatedAt < until) : messages;
    }

    /// <summary>Tags are one JSON text; a tag in it stands between quotes, its own quotes escaped.</summary>
    private IQueryable<Message> WithTag(MailDb db)
    {
        if (Tag is null)
        {
            return db.Messages;
        }

        var part = JsonColumn.Write([Tag])[1..^1];
        return db.Provider == DatabaseProvider.Sqlite
            ? db.Messages.FromSql($"SELECT * FROM messages WHERE instr(tags, {part}) > 0")
            : db.Messages.FromSql($"SELECT * FROM messages WHERE strpos(tags, {part}) > 0");
    }
}
