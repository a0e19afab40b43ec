using System.Collections.Frozen;
using MailApi.Core.Domain;
using Microsoft.EntityFrameworkCore;

namespace MailApi.Core.Data.Events;

/// <summary>
/// The enabled endpoints of all projects, in memory: most events have nobody to be told to, and that must cost nothing.
/// A revision number read in the transaction itself tells whether they are still current.
/// </summary>
public sealed class Listeners(IDbContextFactory<MailDb> databases)
{
    private FrozenDictionary<Id<Project>, Webhook[]> _byProject = FrozenDictionary<Id<Project>, Webhook[]>.Empty;
    private long _revision = -1;

    /// <summary>The endpoints that listen to an event; one that is being disabled does not hear of it.</summary>
    internal IEnumerable<Webhook> To(NewEvent e) => _byProject.TryGetValue(e.ProjectId, out var endpoints)
        ? endpoints.Where(w => EventPattern.MatchesAny(w.Events, e.Type)
            && (w.Tags.Count == 0 || e.Tags.Any(w.Tags.Contains))
            && (e.Type != EventTypes.WebhookDisabled || e.Details?.WebhookId != w.Id.ToString()))
        : [];

    /// <summary>An endpoint as it is now; null when it is deleted or disabled.</summary>
    public Webhook? Find(Id<Project> project, Id<Webhook> endpoint) =>
        _byProject.TryGetValue(project, out var endpoints) ? Array.Find(endpoints, w => w.Id == endpoint) : null;

    /// <summary>Looks again when the endpoints have changed since.</summary>
    internal async ValueTask BringToAsync(long revision, CancellationToken cancellationToken)
    {
        if (revision == _revision)
        {
            return;
        }

        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var enabled = await db.Webhooks.AsNoTracking().Where(w => w.Enabled).ToListAsync(cancellationToken);
        _byProject = enabled.GroupBy(w => w.ProjectId).ToFrozenDictionary(g => g.Key, g => g.ToArray());
        _revision = revision;
    }
}
