using MailApi.Core.Domain;
using Microsoft.EntityFrameworkCore;

namespace MailApi.Core.Data;

/// <summary>Look-ups that several operations share. Each names the project: a foreign message is an unknown one.</summary>
public static class MessageQueries
{
    public static Task<Message?> FindMessageAsync(
        this MailDb db, Id<Project> project, Id<Message> id, CancellationToken cancellationToken) =>
        db.Messages.AsNoTracking().SingleOrDefaultAsync(m => m.ProjectId == project && m.Id == id, cancellationToken);

    public static Task<bool> HasMessageAsync(
        this MailDb db, Id<Project> project, Id<Message> id, CancellationToken cancellationToken) =>
        db.Messages.AnyAsync(m => m.ProjectId == project && m.Id == id, cancellationToken);
}
